import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runNpm } from "./run-npm.mjs";

/** Whether node_modules was installed from today's package-lock.json and for this Node. */
export function arePackagesCurrent(root, node) {
  const file = stampFile(root);
  return existsSync(file) && readFileSync(file, "utf8") === stampOf(root, node);
}

/** `npm ci`, run by the given Node: OpenClaw's own install refuses an older one. */
export async function installPackages(root, node) {
  console.error("setting up: npm packages");
  // The gates are dev dependencies, which a NODE_ENV=production of the caller would leave out.
  await runNpm({ node, args: ["ci", "--include=dev", "--loglevel=warn"], cwd: root });
  writeFileSync(stampFile(root), stampOf(root, node));
}

/** Inside node_modules, so that removing node_modules removes it too. */
function stampFile(root) {
  return join(root, "node_modules", ".contractor-agent-stamp");
}

function stampOf(root, node) {
  const lock = readFileSync(join(root, "package-lock.json"));
  const digest = createHash("sha256").update(lock).digest("hex");
  return `${digest} ${node.version} ${process.platform}-${process.arch}\n`;
}
