// Runs one of this repository's scripts with a Node that fits package.json's `engines`:
//
//     node scripts/with-toolchain.mjs scripts/check.ts --only lint
//
// What is missing is set up first: that Node, then the npm packages. Plain JavaScript for Node 18 and up, because it
// runs before anything is installed. Progress goes to stderr: stdout belongs to the script.

import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { findNode, installNode } from "./toolchain/node-runtime.mjs";
import { arePackagesCurrent, installPackages } from "./toolchain/npm-packages.mjs";
import { runScript } from "./toolchain/run-script.mjs";
import { withSetupLock } from "./toolchain/setup-lock.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

async function prepareToolchain() {
  const node = await findNode(root);
  if (node && arePackagesCurrent(root, node)) return node;

  return withSetupLock(root, async () => {
    // Looked for again: another process may have set everything up while this one waited for the lock.
    const ready = (await findNode(root)) ?? (await installNode(root));
    if (!arePackagesCurrent(root, ready)) await installPackages(root, ready);
    return ready;
  });
}

const [script, ...args] = process.argv.slice(2);
if (!script) {
  console.error("usage: node scripts/with-toolchain.mjs <script> [arguments]");
  process.exit(2);
}

try {
  const node = await prepareToolchain();
  process.exitCode = await runScript({ root, node, script, args });
} catch (error) {
  console.error(`setting up failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
