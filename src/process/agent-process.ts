import { Readable, Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { execa, type ResultPromise } from "execa";
import { ContractorError } from "../errors/contractor-error.ts";
import { LEASE_VARIABLE } from "./lease-mark.ts";
import { createLineSplitter } from "./line-splitter.ts";
import { createOutputTail, type OutputTail } from "./output-tail.ts";
import type { HeldLease, LeaseRequest } from "./process-leases.ts";
import { ownProcessGroup, terminateProcessTree } from "./process-tree.ts";

const LAST_WORDS_MS = 200;
const ORPHANS_GRACE_MS = 500;

export type AgentProcessOptions = {
  /** Program and arguments; no shell is involved. */
  command: string;
  args: string[];
  workingDirectory: string;
  /** The whole environment of the child: nothing is inherited. */
  environment: Record<string, string>;
  /** Told every line on stderr; says whether it may be quoted as one of the process's last words. All may without it. */
  onStderrLine?: ((line: string) => boolean) | undefined;
  /** Without one, nobody ends the process when this one is killed. */
  lease?: LeaseRequest | undefined;
};

export type AgentProcess = {
  readonly pid: number;
  readonly input: WritableStream<Uint8Array>;
  readonly output: ReadableStream<Uint8Array>;
  /** Resolves, never rejects, with one line about how the process ended. */
  readonly ended: Promise<string>;
  /** The last lines that the process wrote to stderr, without those that may not be quoted. */
  stderrTail(): string;
  /** Ends the whole process tree; idempotent. When the process ends by itself, the rest of its tree is ended too. */
  terminate(graceMs: number): Promise<void>;
};

/**
 * Starts a program that speaks a protocol over stdin and stdout, as leader of a process group of its own.
 * Rejects with `adapter-start-failed`.
 */
export async function startAgentProcess(options: AgentProcessOptions): Promise<AgentProcess> {
  const lease = await openLease(options);
  const mark: Record<string, string> = lease === null ? {} : { [LEASE_VARIABLE]: lease.id };
  const subprocess = execa(options.command, options.args, {
    cwd: options.workingDirectory,
    env: { ...options.environment, ...mark },
    extendEnv: false,
    detached: true,
    cleanup: false,
    buffer: false,
    reject: false,
    stdin: "pipe",
    stdout: "pipe",
    stderr: "pipe",
  });
  const { pid } = subprocess;
  if (pid === undefined) {
    await lease?.end(true);
    throw startFailure(options, (await subprocess).shortMessage);
  }
  ownProcessGroup(pid);
  lease?.begin(pid);

  const stderr = createOutputTail();
  readStderr(subprocess.stderr, { tail: stderr, onLine: options.onStderrLine });
  // A dead reader must surface as the process's end, not as an unhandled stream error.
  subprocess.stdin.on("error", () => undefined);

  let termination: Promise<void> | undefined;
  const terminate = (graceMs: number): Promise<void> => (termination ??= endTree(pid, { lease, graceMs }));
  // At once, because a tree is found from its members: orphans in groups of their own would be lost.
  subprocess.nodeChildProcess.once("exit", () => void terminate(ORPHANS_GRACE_MS));
  return {
    pid,
    input: Writable.toWeb(subprocess.stdin),
    output: Readable.toWeb(subprocess.stdout),
    ended: describeEnd(subprocess),
    stderrTail: () => stderr.text(),
    terminate,
  };
}

async function openLease({ lease, command, args }: AgentProcessOptions): Promise<HeldLease | null> {
  if (lease === undefined) return null;
  return lease.leases.open({ command: [command, ...args], purpose: lease.purpose });
}

async function endTree(
  leader: number,
  { lease, graceMs }: { lease: HeldLease | null; graceMs: number },
): Promise<void> {
  const { gone } = await terminateProcessTree({ leader, lease: lease?.id ?? null }, graceMs);
  await lease?.end(gone);
}

function readStderr(
  stream: Readable,
  reader: { tail: OutputTail; onLine: AgentProcessOptions["onStderrLine"] },
): void {
  const { tail, onLine } = reader;
  const text = stream.setEncoding("utf8");
  if (onLine === undefined) {
    text.on("data", (chunk: string) => {
      tail.append(chunk);
    });
    return;
  }
  const lines = createLineSplitter((line) => {
    if (onLine(line)) tail.append(`${line}\n`);
  });
  text.on("data", lines.append).on("end", lines.flush);
}

async function describeEnd(subprocess: ResultPromise<{ reject: false; buffer: false }>): Promise<string> {
  const { nodeChildProcess } = subprocess;
  await new Promise((resolve) => nodeChildProcess.once("exit", resolve));
  // The last words may still be in the pipe; but a child of the process can hold that open for as long as it likes.
  await Promise.race([subprocess, delay(LAST_WORDS_MS)]);
  const { signalCode, exitCode } = nodeChildProcess;
  return signalCode === null ? `exited with status ${exitCode ?? "unknown"}` : `ended by ${signalCode}`;
}

function startFailure(options: AgentProcessOptions, reason: string | undefined): ContractorError {
  return new ContractorError("adapter-start-failed", {
    message: `The program ${options.command} could not be started: ${reason ?? "unknown reason"}.`,
    mend: "Check that it is installed and that the workspace folder exists.",
  });
}
