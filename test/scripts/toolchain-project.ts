import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { PINNED_NODE } from "../../scripts/toolchain/pinned-node.mjs";

const root = resolve(import.meta.dirname, "../..");
const npmStub = join(import.meta.dirname, "npm-stub.mjs");

export type ToolchainProject = ReturnType<typeof createToolchainProject>;

/** A repository in a temporary folder: the real toolchain scripts, a small script to run, and npm as a stub. */
export function createToolchainProject() {
  const folder = mkdtempSync(join(tmpdir(), "with-toolchain-"));
  const { version, nodeInPackage, nodeInToolchain } = locatePinnedNode();

  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text, { mode: 0o755 });
  };

  for (const name of ["toolchain", "with-toolchain.mjs"]) {
    cpSync(join(root, "scripts", name), join(folder, "scripts", name), { recursive: true });
  }
  write("package-lock.json", "{}");
  write("node-to-install", nodeThatSays(version));
  write(
    "script.mjs",
    "console.log(process.env.RAN_BY ?? 'own'); process.exitCode = Number(process.argv[2] ?? 0);",
  );

  return {
    write,
    /** Which Node the project's package.json asks for. */
    askForNode: (range: string) => {
      write("package.json", JSON.stringify({ engines: { node: range } }));
    },
    /** Puts a Node where the pinned one belongs. */
    placeNodeThatSays: (saying: string) => {
      write(nodeInToolchain, nodeThatSays(saying));
    },
    /** Runs the script through with-toolchain. `npm` is what npm was asked for, in order. */
    run: (args: string[] = [], environment: NodeJS.ProcessEnv = {}) => {
      const log = join(folder, "npm.log");
      rmSync(log, { force: true });
      const command = [join(folder, "scripts/with-toolchain.mjs"), "script.mjs", ...args];
      const stub = { npm_execpath: npmStub, NPM_STUB_LOG: log, NPM_STUB_NODE_PATH: nodeInPackage };
      const { status, stdout, stderr } = spawnSync(process.execPath, command, {
        encoding: "utf8",
        env: { ...process.env, NPM_STUB_NODE: join(folder, "node-to-install"), ...stub, ...environment },
      });
      const npm = existsSync(log) ? linesOf(readFileSync(log, "utf8")) : [];
      return { status, ranBy: stdout.trim(), said: linesOf(stderr), npm };
    },
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function locatePinnedNode() {
  const pinned = PINNED_NODE[`${process.platform}-${process.arch}`];
  if (!pinned) throw new Error(`no Node is pinned for ${process.platform}-${process.arch}`);
  const nodeInPackage = join("node_modules", pinned.name, pinned.executable);
  const nodeInToolchain = join(".toolchain", `${pinned.name}-${pinned.version}`, nodeInPackage);
  return { version: pinned.version, nodeInPackage, nodeInToolchain };
}

/** A program that claims a version, and is the Node that runs the tests. */
function nodeThatSays(version: string) {
  return `#!/bin/sh\n[ "$1" = --version ] && echo v${version} && exit\nRAN_BY=pinned exec "${process.execPath}" "$@"\n`;
}

function linesOf(text: string) {
  return text.split("\n").filter((line) => line !== "");
}
