import { spawn } from "node:child_process";
import { constants } from "node:os";
import { resolve } from "node:path";
import { environmentWithNode } from "./environment-with-node.mjs";
import { forwardSignals } from "./forward-signals.mjs";

/** Runs a script (its path counts from the repository root) in this process's place; resolves to its exit code. */
export function runScript({ root, node, script, args }) {
  return new Promise((settle, reject) => {
    const child = spawn(node.executable, [resolve(root, script), ...args], {
      stdio: "inherit",
      env: environmentWithNode(node),
    });
    forwardSignals(child);
    child.on("error", reject);
    child.on("exit", (code, signal) => settle(code ?? 128 + constants.signals[signal]));
  });
}
