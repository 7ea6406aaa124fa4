import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fitsNodeRange } from "./node-range.mjs";
import { PINNED_NODE } from "./pinned-node.mjs";
import { runNpm } from "./run-npm.mjs";
import { runQuietly } from "./run-quietly.mjs";

const PLATFORM = `${process.platform}-${process.arch}`;
const OWN_NODE = { executable: process.execPath, version: process.version };

/**
 * The Node to work with: this very process's when it fits package.json, else the pinned one when it is already in
 * `.toolchain`; null when neither will do.
 */
export async function findNode(root) {
  const { engines } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  if (fitsNodeRange(process.version, engines.node)) return OWN_NODE;
  const pinned = PINNED_NODE[PLATFORM];
  return pinned ? usableNode(installedFolder(root, pinned), pinned) : null;
}

/** Brings the pinned Node from npm into `.toolchain`. Runs under the set-up lock. */
export async function installNode(root) {
  const pinned = PINNED_NODE[PLATFORM];
  if (!pinned)
    throw new Error(`npm has no Node for ${PLATFORM}: install one that fits package.json's engines`);

  console.error(`setting up: Node ${pinned.version} (this machine has ${process.versions.node})`);
  // Installed beside and then renamed: an interrupted install never looks like a finished one.
  const draft = join(root, ".toolchain", "draft");
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  await installPackage(draft, `${pinned.name}@${pinned.version}`);
  if (!(await usableNode(draft, pinned))) throw new Error(`the Node of ${pinned.name} does not run here`);

  const folder = installedFolder(root, pinned);
  rmSync(folder, { recursive: true, force: true });
  renameSync(draft, folder);
  return usableNode(folder, pinned);
}

function installedFolder(root, pinned) {
  return join(root, ".toolchain", `${pinned.name}-${pinned.version}`);
}

async function installPackage(folder, specifier) {
  const options = ["--no-save", "--no-package-lock", "--ignore-scripts", "--loglevel=warn"];
  await runNpm({ node: OWN_NODE, args: ["install", specifier, "--prefix", folder, ...options], cwd: folder });
}

async function usableNode(folder, pinned) {
  const executable = join(folder, "node_modules", pinned.name, pinned.executable);
  if (!existsSync(executable)) return null;
  const version = `v${pinned.version}`;
  const { code, output } = await runQuietly(executable, ["--version"], {});
  return code === 0 && output.trim() === version ? { executable, version } : null;
}
