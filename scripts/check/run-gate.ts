import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import { countTests, type Count } from "./count-tests.ts";
import { CHECK_CACHE, type Gate } from "./gates.ts";

export type GateResult = Count & { gate: Gate; seconds: number; output: string };

/** A gate that hangs ends the run as failed instead of never. */
const LIMIT_MS = 60 * 60_000;

const root = resolve(import.meta.dirname, "../..");

/** Runs one gate to its end. An abort asks its process to stop and waits for it. */
export async function runGate(gate: Gate, signal: AbortSignal): Promise<GateResult> {
  const started = performance.now();
  const log = resolve(root, CHECK_CACHE, `${gate.name}.log`);
  mkdirSync(resolve(root, CHECK_CACHE), { recursive: true });
  if (gate.testReport) rmSync(resolve(root, gate.testReport), { force: true });

  const exitCode = await runToLog(gate.command, log, signal);
  const seconds = (performance.now() - started) / 1000;
  return { gate, seconds, output: readFileSync(log, "utf8"), ...countGate(gate, exitCode) };
}

/** The output goes to a file: through a pipe, a process that outlives its gate would keep the gate from ending. */
function runToLog(command: string[], log: string, signal: AbortSignal): Promise<number> {
  const descriptor = openSync(log, "w");
  return new Promise<number>((settle, reject) => {
    const child = spawn(process.execPath, command, {
      cwd: root,
      // Colours would be noise in a log, and what a test sees must not hang on the caller's terminal.
      env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined },
      stdio: ["ignore", descriptor, descriptor],
      timeout: LIMIT_MS,
    });
    const stop = () => child.kill();
    signal.addEventListener("abort", stop);
    child.on("error", reject);
    child.on("exit", (code) => {
      signal.removeEventListener("abort", stop);
      settle(code ?? 1);
    });
  }).finally(() => {
    closeSync(descriptor);
  });
}

function countGate(gate: Gate, exitCode: number): Count {
  if (gate.testReport) return countTests({ report: readReport(resolve(root, gate.testReport)), exitCode });
  const ok = exitCode === 0;
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, remarks: ok ? [] : [`ended with ${exitCode}`] };
}

function readReport(file: string): unknown {
  if (!existsSync(file)) return null;
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return null;
  }
}
