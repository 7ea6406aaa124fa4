import { spawn, type ChildProcessByStdio } from "node:child_process";
import { mkdtemp, readdir, readFile, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { build } from "rolldown";
import { expect, onTestFinished } from "vitest";
import { bundleReaper } from "../../scripts/build/bundle-reaper.ts";
import type { ProcessLease } from "../../src/process/lease-file.ts";
import { pidsWithEntry } from "../../src/process/lease-mark.ts";
import type { LeaseOwnerOptions } from "../fixtures/lease-owner.ts";

/** What an agent leaves in the way: children in groups and sessions of their own, one of them without its parent. */
export const TREE_SCRIPT = "sleep 300 & setsid sleep 300 & sh -c 'setsid sleep 300 &'; echo ready; wait";
/** Processes of a tree, its shell included. */
export const TREE_SIZE = 4;

const OWNER_SOURCE = join(import.meta.dirname, "../fixtures/lease-owner.ts");

/** A folder of its own, with an environment that its processes can be told from; both end with the test. */
export async function createHome(): Promise<{
  home: string;
  folder: string;
  environment: Record<string, string>;
}> {
  const home = await realpath(await mkdtemp(join(tmpdir(), "process-leases-")));
  onTestFinished(async () => {
    for (const pid of await pidsWithHome(home)) kill(pid);
    await rm(home, { recursive: true, force: true });
  });
  const environment = { HOME: home, PATH: process.env["PATH"] ?? "" };
  return { home, folder: join(home, "processes"), environment };
}

/** The processes that were started with this HOME: whatever an agent starts inherits it. */
export function pidsWithHome(home: string): Promise<number[]> {
  return pidsWithEntry((entry) => entry === `HOME=${home}`);
}

/** The guard of this owner, or the reaper that it has become. */
export function guardsOf(ownerPid: number): Promise<number[]> {
  return pidsWithEntry((entry) => entry.startsWith(`LEASE_OWNER={"pid":${ownerPid},`));
}

export async function leasesIn(folder: string): Promise<ProcessLease[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".json"));
  // Removed since it was listed.
  const texts = await Promise.all(
    names.map((name) => readFile(join(folder, name), "utf8").catch(() => null)),
  );
  return texts.flatMap((text) => (text === null ? [] : [JSON.parse(text) as ProcessLease]));
}

export function kill(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Gone meanwhile.
  }
}

/** A process of nobody's, in a session of its own; it ends with the test. Resolves when it runs its own program. */
export async function startStranger(
  [command = "", ...args]: string[],
  environment: Record<string, string>,
): Promise<number> {
  const child = spawn(command, args, {
    env: environment,
    detached: true,
    stdio: ["ignore", "pipe", "ignore"],
  });
  onTestFinished(() => {
    kill(child.pid);
  });
  if (args.at(-1)?.includes("echo ready") === true) await nextLine(child.stdout);
  if (child.pid === undefined) throw new Error(`${command} did not start`);
  return child.pid;
}

export type LeaseOwner = ChildProcessByStdio<Writable, Readable, null> & { pid: number };

/** Starts test/fixtures/lease-owner.ts, or a bundle of it. */
export function startOwner(
  mode: "run" | "unnoted" | "announced",
  { program = OWNER_SOURCE, ...options }: Partial<LeaseOwnerOptions> & { folder: string; program?: string },
): LeaseOwner {
  const all = { guard: true, agents: 1, command: "sh", args: ["-c", TREE_SCRIPT], ...options };
  const owner = spawn(process.execPath, [program, mode, JSON.stringify(all)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  onTestFinished(() => {
    kill(owner.pid);
  });
  if (owner.pid === undefined) throw new Error("the owner did not start");
  return owner as LeaseOwner;
}

/** Resolves with the first words on the stream. */
export async function nextLine(stream: Readable): Promise<string> {
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) return String(chunk).trim();
  throw new Error("The stream ended.");
}

/** The owner with everything in one file, as the plugin is: it starts faster, and its guard needs no source. */
export async function bundleOwner(folder: string): Promise<string> {
  const root = join(import.meta.dirname, "../..");
  const file = join(folder, "lease-owner.mjs");
  const { code } = await bundleReaper(root);
  await build({
    cwd: root,
    input: OWNER_SOURCE,
    platform: "node",
    logLevel: "silent",
    transform: { define: { REAPER_PROGRAM: JSON.stringify(code) } },
    output: { file, format: "esm", codeSplitting: false },
  });
  return file;
}

/** Nothing of a dead owner is left: no process, no lease, no guard. */
export async function expectNothingLeft(
  ownerPid: number,
  { home, folder }: { home: string; folder: string },
): Promise<void> {
  const left = async () => ({
    guards: await guardsOf(ownerPid),
    leases: (await leasesIn(folder)).filter(({ owner }) => owner.pid === ownerPid),
    processes: await pidsWithHome(home),
  });
  await expect
    .poll(left, { timeout: 5_000, interval: 50 })
    .toEqual({ guards: [], leases: [], processes: [] });
}
