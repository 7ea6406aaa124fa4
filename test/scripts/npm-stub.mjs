// Stands in for npm: notes what it is asked for, then does what npm would leave behind, or fails when told to.

import { appendFileSync, cpSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";

const { NPM_STUB_LOG, NPM_STUB_FAILS, NPM_STUB_NODE, NPM_STUB_NODE_PATH } = process.env;
const [command, ...args] = process.argv.slice(2);
appendFileSync(NPM_STUB_LOG, `${command}\n`);

if (NPM_STUB_FAILS) {
  console.error("npm error: the registry is on fire");
  process.exit(1);
}

if (command === "ci") mkdirSync("node_modules", { recursive: true });

if (command === "install") {
  const target = join(args[args.indexOf("--prefix") + 1], NPM_STUB_NODE_PATH);
  mkdirSync(dirname(target), { recursive: true });
  cpSync(NPM_STUB_NODE, target);
}
