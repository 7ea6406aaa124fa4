import { randomUUID } from "node:crypto";
import { removeLease, touchLease, writeLease, type ProcessLease } from "./lease-file.ts";
import { startProcessGuard, type ProcessGuard } from "./process-guard.ts";
import { identityOf } from "./process-identity.ts";
import { currentOwner } from "./process-owner.ts";
import { endLeased, reapOrphans, type ReapReport } from "./reaper.ts";

export type ProcessLeasesOptions = {
  /** One file a lease. Several processes may share it. */
  folder: string;
  log: (message: string) => void;
  /** False: what this process leaves behind when it is killed waits for somebody's next `reap`. */
  guard?: boolean;
};

/** What a process needs to be started with a lease. */
export type LeaseRequest = {
  leases: ProcessLeases;
  /** What it is for, in words for a log; no secrets. */
  purpose: string;
};

export type HeldLease = {
  /** For `LEASE_VARIABLE` in the environment of the process. */
  readonly id: string;
  /** To be called when the process runs. */
  begin(pid: number): void;
  /** It never ran, or was ended. Resolves when its file is removed; it is kept when somebody is not `gone`. */
  end(gone: boolean): Promise<void>;
};

/**
 * Who is to be ended when this process cannot do it any more. While there is a lease, a guard waits for the death of
 * this process.
 */
export type ProcessLeases = {
  /**
   * To be called before the process is started, so that no moment is without a lease. Never rejects: one that cannot be
   * written is logged, and a process without it is better than no answer.
   */
  open(process: { command: string[]; purpose: string }): Promise<HeldLease>;
  /**
   * Ends what dead owners left in the folder and what would not end before, writes what could not be written, and gives
   * a sign of life for the leases of this process. Never rejects.
   */
  reap(): Promise<ReapReport>;
};

type Entry = {
  lease: ProcessLease;
  /** One change of its file at a time; never rejects. */
  writing: Promise<void>;
  state: "held" | "ending" | "left";
};

export function createProcessLeases(options: ProcessLeasesOptions): ProcessLeases {
  const { folder, log } = options;
  const entries = new Map<string, Entry>();
  let guard: ProcessGuard | null = null;
  let reaping: Promise<ReapReport> | undefined;

  function keepGuard(): void {
    if (options.guard === false || guard?.alive === true) return;
    try {
      guard = startProcessGuard(folder);
    } catch (cause) {
      // Too many processes, or no memory: the next lease tries again.
      guard = null;
      log(`a killed Gateway would leave its processes until the next start: ${String(cause)}`);
    }
  }

  function write(entry: Entry): Promise<void> {
    return writeLease(folder, entry.lease).catch((cause: unknown) => {
      log(`the lease of a process (${entry.lease.purpose}) could not be written: ${String(cause)}`);
    });
  }

  function change(entry: Entry, work: () => Promise<void>): Promise<void> {
    return (entry.writing = entry.writing.then(work));
  }

  async function noteProcess(entry: Entry, pid: number): Promise<void> {
    const reading = identityOf(pid);
    await change(entry, async () => {
      const identity = await reading;
      entry.lease = { ...entry.lease, pid, ...identity };
      await write(entry);
    });
  }

  async function remove(entry: Entry): Promise<void> {
    await change(entry, () => removeLease(folder, entry.lease));
    entries.delete(entry.lease.id);
    if (entries.size > 0) return;
    guard?.dismiss();
    guard = null;
  }

  async function refresh(entry: Entry): Promise<void> {
    await change(entry, async () => {
      if (entry.state !== "ending" && !(await touchLease(folder, entry.lease))) await write(entry);
    });
  }

  /** Once more after those of dead owners: a process that nobody could end may have ended meanwhile. */
  async function retry(entry: Entry, report: ReapReport): Promise<void> {
    const { gone } = await endLeased(entry.lease);
    (gone ? report.ended : report.left).push(entry.lease);
    if (gone) await remove(entry);
  }

  async function reap(): Promise<ReapReport> {
    const own = [...entries.values()];
    await Promise.all(own.map(refresh));
    const report = await reapOrphans(folder);
    await Promise.all(own.filter(({ state }) => state === "left").map((entry) => retry(entry, report)));
    return report;
  }

  return {
    async open({ command, purpose }) {
      const lease = newLease(command.join(" "), purpose);
      const entry: Entry = { lease, writing: Promise.resolve(), state: "held" };
      entries.set(lease.id, entry);
      keepGuard();
      await change(entry, () => write(entry));
      return {
        id: lease.id,
        begin: (pid) => void noteProcess(entry, pid),
        async end(gone) {
          entry.state = gone ? "ending" : "left";
          if (gone) await remove(entry);
        },
      };
    },
    reap() {
      return (reaping ??= reap().finally(() => {
        reaping = undefined;
      }));
    },
  };
}

function newLease(command: string, purpose: string): ProcessLease {
  const startedAt = new Date().toISOString();
  const owner = currentOwner();
  return { version: 1, id: randomUUID(), purpose, startedAt, command, pid: null, startTime: null, owner };
}
