import { execFile } from "node:child_process";
import { chmod, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { onTestFinished } from "vitest";
import { sessionMapPathOf } from "../../../../src/contractor/runtime-state.ts";
import { createFileSessionMapStore } from "../../../../src/contractor/session-map/file-session-map-store.ts";
import { CAN_MOUNT, putOnSmallDisk } from "../../../e2e/world/small-disk.ts";
import type { DoctorWorld } from "../doctor-world.ts";
import { FIX, type BrokenSetUp } from "./broken-set-up.ts";

export const STATE: BrokenSetUp[] = [
  {
    name: "a state folder that is missing",
    phase: "state",
    title: "dev has its state folder",
    status: "warn",
    cause: /is not there/,
    mend: FIX,
    breakIt: ({ stateDir }) => rm(stateDir, { recursive: true }),
  },
  {
    name: "a file in the place of the state folder",
    phase: "state",
    title: "dev has its state folder",
    cause: /is not a folder/,
    mend: /Move it away/,
    async breakIt({ stateDir }) {
      await rename(stateDir, `${stateDir}.saved`);
      await writeFile(stateDir, "text");
    },
    async follow({ stateDir }) {
      await rename(stateDir, `${stateDir}.away`);
      await rename(`${stateDir}.saved`, stateDir);
    },
  },
  {
    name: "a state folder that cannot be written",
    phase: "state",
    title: "dev can write its state",
    cause: /EROFS|EACCES/,
    mend: /be written again|chmod u\+rwx/,
    breakIt: (world) => makeReadOnly(world.stateDir, true),
    follow: (world) => makeReadOnly(world.stateDir, false),
  },
  ...(CAN_MOUNT ? [fullDisk()] : []),
  {
    name: "a session map that is damaged",
    phase: "state",
    title: "dev's session map can be read",
    cause: /session-map\.json is not JSON/,
    mend: FIX,
    async breakIt(world) {
      await rememberConversation(world);
      await writeFile(sessionMapPathOf(world.workspace), '{"version": 1, "sess');
    },
  },
  {
    name: "an account of usage that is damaged",
    phase: "state",
    title: "dev's account of usage can be read",
    cause: /usage\.json is not JSON/,
    mend: /`openclaw contractor-agents budget reset --agent-id dev`/,
    breakIt: ({ stateDir }) => writeFile(join(stateDir, "usage.json"), "{", { mode: 0o600 }),
    follow: (world) => world.host().openSpending(world.workspace).resetAgent("dev"),
  },
  {
    name: "state that other users may read",
    phase: "state",
    title: "dev's state is closed to other users",
    status: "warn",
    cause: /session-map\.json \(mode 644\)/,
    mend: FIX,
    breakIt: ({ stateDir }) => chmod(join(stateDir, "session-map.json"), 0o644),
  },
  {
    name: "notes of limits that are damaged",
    phase: "state",
    title: "The notes of limits can be read",
    status: "warn",
    cause: /limits\.json holds no notes/,
    mend: FIX,
    breakIt: ({ pluginDir }) => writeFile(join(pluginDir, "limits.json"), "[]", { mode: 0o600 }),
  },
];

function fullDisk(): BrokenSetUp {
  let makeRoom: () => Promise<void>;
  return {
    name: "a full disk",
    phase: "state",
    title: "dev can write its state",
    cause: /ENOSPC/,
    mend: /^Make room on the disk/,
    async breakIt({ stateDir }) {
      const disk = await putOnSmallDisk(stateDir);
      onTestFinished(disk.remove);
      ({ makeRoom } = disk);
      await disk.fill();
    },
    follow: () => makeRoom(),
  };
}

async function makeReadOnly(folder: string, readOnly: boolean): Promise<void> {
  if (!CAN_MOUNT) return chmod(folder, readOnly ? 0o500 : 0o700);
  if (readOnly) onTestFinished((await putOnSmallDisk(folder)).remove);
  await promisify(execFile)("mount", ["-o", `remount,${readOnly ? "ro" : "rw"}`, folder]);
}

async function rememberConversation({ workspace: folder }: DoctorWorld): Promise<void> {
  const at = "2026-01-01T00:00:00.000Z";
  const store = createFileSessionMapStore({ workspace: folder });
  await store.install(
    {
      ...{ openclawSessionKey: "agent:dev:main", agentId: "dev", contractor: "claude", workspace: folder },
      ...{ claudeSessionId: "kept", createdAt: at, lastActivityAt: at, state: "active", turns: 1 },
    },
    { expected: null, endedBy: "superseded" },
  );
}
