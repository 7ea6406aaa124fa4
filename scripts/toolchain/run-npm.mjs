import { basename } from "node:path";
import { environmentWithNode } from "./environment-with-node.mjs";
import { runQuietly } from "./run-quietly.mjs";

/** Runs npm by the given Node. Throws when it fails, after showing what it said. */
export async function runNpm({ node, args, cwd }) {
  const npm = npmProgram(node);
  const { code, output } = await runQuietly(npm.file, [...npm.args, ...args, "--no-audit", "--no-fund"], {
    cwd,
    env: environmentWithNode(node),
    shell: npm.shell,
  });
  if (code === 0) return;
  process.stderr.write(output);
  throw new Error(`"npm ${args[0]}" ended with ${code}; what it said is above`);
}

/** The npm that started this process, else the one on PATH. */
function npmProgram(node) {
  const running = process.env.npm_execpath;
  // pnpm and yarn set npm_execpath too.
  if (running && basename(running).startsWith("npm"))
    return { file: node.executable, args: [running], shell: false };
  // On Windows npm is a .cmd file, which only a shell can start.
  return { file: "npm", args: [], shell: process.platform === "win32" };
}
