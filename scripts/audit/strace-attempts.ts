import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import type { Attempt, Target } from "./attempt.ts";
import { readDnsQuery } from "./dns-packet.ts";
import { addressesIn, createStraceReader, stringsIn, type SystemCall } from "./strace-line.ts";

/** The calls that `createTrace` understands: whom a process reaches for, and what it is. */
export const TRACED_CALLS = [
  ...["connect", "sendto", "sendmsg", "sendmmsg"],
  ...["execve", "clone", "clone3", "fork", "vfork"],
];

const STARTS_PROCESS = /^(?:clone3?|v?fork)$/;

type Trace = { add: (call: SystemCall) => void; attempts: () => Attempt[] };

/** Everything that a trace tells about destinations, with the processes' lineage. */
export async function readStraceAttempts(file: string): Promise<Attempt[]> {
  const trace = createTrace();
  const read = createStraceReader();
  for await (const line of createInterface({ input: createReadStream(file, "latin1") })) {
    const call = read(line);
    if (call !== undefined) trace.add(call);
  }
  return trace.attempts();
}

/** A child's first line may come before the line that says whose child it is, so lineages are made at the end. */
export function createTrace(): Trace {
  const parents = new Map<number, number>();
  const commands = new Map<number, string>();
  const found: { pid: number; command: string | undefined; target: Target }[] = [];

  function lineageOf(pid: number, own: string | undefined): string[] {
    const lineage = own === undefined ? [] : [own];
    const seen = new Set([pid]);
    for (let above = parents.get(pid); above !== undefined && !seen.has(above); above = parents.get(above)) {
      seen.add(above);
      const command = commands.get(above);
      if (command !== undefined && command !== lineage.at(-1)) lineage.push(command);
    }
    return lineage;
  }

  return {
    add(call) {
      if (STARTS_PROCESS.test(call.name)) {
        if (call.result > 0) parents.set(call.result, call.pid);
      } else if (call.name === "execve") {
        if (call.result === 0) commands.set(call.pid, commandOf(call));
      } else {
        const command = commands.get(call.pid);
        for (const target of targetsOf(call)) found.push({ pid: call.pid, command, target });
      }
    },
    attempts: () => found.map(({ pid, command, target }) => ({ target, lineage: lineageOf(pid, command) })),
  };
}

/** The first string is the program's path, the others are the arguments, the first of which is a name for it. */
function commandOf(call: SystemCall): string {
  const [program, , ...rest] = stringsIn(call.arguments).map(String);
  return [program, ...rest].join(" ");
}

/** A question to a name server counts twice: for the name, and for the server. Port 0 only asks the kernel for a route. */
function targetsOf(call: SystemCall): Target[] {
  const names =
    call.name === "connect" ? [] : stringsIn(call.arguments).map((bytes) => readDnsQuery(bytes)?.name);
  const known = [...new Set(names.filter((name) => name !== undefined))];
  const addresses = addressesIn(call.arguments).filter(({ port }) => port !== 0);
  return [...known.map((name) => ({ name })), ...addresses];
}
