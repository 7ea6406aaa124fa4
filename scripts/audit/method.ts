import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { TRACED_CALLS } from "./strace-attempts.ts";

const run = promisify(execFile);

/** How this machine lets us look. At least one of both. */
export type Method = {
  /** Arguments of `unshare`; null where no namespace is to be had. */
  namespace: string[] | null;
  strace: boolean;
};

const NAMESPACES = [
  ["--net", "--mount"],
  ["--map-root-user", "--net", "--mount"],
];

const MEND =
  "Nothing on this machine can watch the network of a process. Install strace, or run this as root (or where user " +
  "namespaces are allowed) with `unshare` and `ip` (util-linux, iproute2) installed.";

/** Throws with a mend where there is nothing. */
export async function findMethod(): Promise<Method> {
  if (process.platform !== "linux") throw new Error("The audit needs Linux: it looks at the kernel's calls.");
  const namespace = await firstThat(NAMESPACES, (flags) =>
    succeeds("unshare", [
      ...flags,
      "--",
      "sh",
      "-c",
      "ip link set lo up && ip route add local 0.0.0.0/0 dev lo",
    ]),
  );
  const strace = await succeeds("strace", ["-f", "-qq", "-o", "/dev/null", "true"]);
  if (namespace === null && !strace) throw new Error(MEND);
  return { namespace, strace };
}

export function describeMethod({ namespace, strace }: Method): string {
  if (namespace === null) return "strace, in the machine's own network";
  const closed = "a closed network in which every name and address answers";
  return strace ? `strace in ${closed}` : closed;
}

/** The command with what has to stand around it. */
export function watchedCommand(
  { namespace, strace }: Method,
  { command, trace, watched }: { command: string[]; trace: string; watched: string },
): string[] {
  const traced = strace
    ? ["strace", "-f", "-qq", "--seccomp-bpf", "-x", "-s", "512", "-e", `trace=${TRACED_CALLS.join(",")}`]
    : [];
  const inner = strace ? [...traced, "-o", trace, ...command] : command;
  if (namespace === null) return inner;
  const program = new URL("closed-network-program.ts", import.meta.url).pathname;
  return ["unshare", ...namespace, "--", process.execPath, program, watched, ...inner];
}

async function succeeds(program: string, words: string[]): Promise<boolean> {
  try {
    await run(program, words);
    return true;
  } catch {
    return false;
  }
}

async function firstThat<Value>(
  values: readonly Value[],
  test: (value: Value) => Promise<boolean>,
): Promise<Value | null> {
  for (const value of values) if (await test(value)) return value;
  return null;
}
