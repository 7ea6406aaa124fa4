import { spawn } from "node:child_process";
import { forwardSignals } from "./forward-signals.mjs";

/**
 * Runs a command to its end without showing its output, which is returned. Never rejects: a command that cannot be
 * started ends with code 127 and the reason as its output.
 */
export function runQuietly(file, args, options) {
  return new Promise((resolve) => {
    const child = spawn(file, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    const stopForwarding = forwardSignals(child);
    let output = "";
    const keep = (chunk) => (output += chunk);
    const end = (code, lastWords = "") => {
      stopForwarding();
      resolve({ code, output: output + lastWords });
    };
    child.stdout.setEncoding("utf8").on("data", keep);
    child.stderr.setEncoding("utf8").on("data", keep);
    child.on("error", (error) => end(127, `${error.message}\n`));
    child.on("close", (code, signal) => end(code ?? signal));
  });
}
