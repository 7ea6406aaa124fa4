import { stat } from "node:fs/promises";
import {
  closeToOthers,
  freeBytesAt,
  makePrivateFolder,
  pathsOpenToOthers,
  probeFolder,
} from "../../contractor/state-diagnosis.ts";
import { errnoOf } from "../../contractor/session-map/session-map-file.ts";
import { failedBy, FIX_COMMAND, passed, type Finding } from "./doctor-check.ts";

const MEGABYTE = 1024 ** 2;
/** Claude Code's transcripts and what it builds need room as well. */
const LITTLE_ROOM_MB = 200;

/** A folder of this plugin's own: written, with room, and closed to others. `isNeeded`: somebody else has to make it. */
export async function folderChecks(
  whose: string,
  folder: string,
  { isNeeded }: { isNeeded: boolean },
): Promise<Finding[]> {
  const isThere = await stat(folder).then(
    () => true,
    (cause: unknown) => errnoOf(cause) !== "ENOENT",
  );
  if (!isThere && !isNeeded) return [missingCheck(whose, folder)];
  return [await writeCheck(whose, folder), await roomCheck(whose, folder), await modesCheck(whose, folder)];
}

function missingCheck(whose: string, folder: string): Finding {
  return {
    ...{ title: `${whose} can write its state`, status: "warn", cause: `${folder} is not there yet.` },
    mend: `Make it with \`${FIX_COMMAND}\`.`,
    async repair() {
      await makePrivateFolder(folder);
      return `${folder} is there`;
    },
  };
}

async function writeCheck(whose: string, folder: string): Promise<Finding> {
  const title = `${whose} can write its state`;
  try {
    await probeFolder(folder);
    return passed(title);
  } catch (cause) {
    return failedBy(title, cause, adviceFor(cause, folder));
  }
}

function adviceFor(cause: unknown, folder: string): string | undefined {
  const errno = cause instanceof Error ? errnoOf(cause.cause) : undefined;
  switch (errno) {
    case "ENOSPC":
    case "EDQUOT":
      return `Make room on the disk that holds ${folder}.`;
    case "EROFS":
      return `Let the disk that holds ${folder} be written again.`;
    case "EACCES":
    case "EPERM":
      return `Give it to the Gateway's user: \`chown\` and \`chmod u+rwx\` of ${folder}.`;
    case "ENOTDIR":
      return `Move the file away that is in the place of ${folder}.`;
    default:
      return undefined;
  }
}

async function roomCheck(whose: string, folder: string): Promise<Finding> {
  const title = `${whose} has room on its disk`;
  const bytes = await freeBytesAt(folder);
  if (bytes === undefined || bytes >= LITTLE_ROOM_MB * MEGABYTE) return passed(title);
  return {
    ...{ title, status: "warn", cause: `${Math.floor(bytes / MEGABYTE)} MB are free where ${folder} is.` },
    mend: `Make room: ${LITTLE_ROOM_MB} MB or more.`,
  };
}

async function modesCheck(whose: string, folder: string): Promise<Finding> {
  const title = `${whose}'s state is closed to other users`;
  const open = await pathsOpenToOthers(folder);
  if (open.length === 0) return passed(title);
  const [first] = open;
  const others = open.length === 1 ? "" : ` and ${open.length - 1} more`;
  return {
    ...{ title, status: "warn" },
    cause: `Other users of this machine may get at ${first?.path ?? folder}${others} (mode ${(first?.mode ?? 0).toString(8)}).`,
    mend: `Close it with \`${FIX_COMMAND}\`.`,
    async repair() {
      await closeToOthers(open);
      return open.length === 1
        ? `closed ${first?.path ?? folder}`
        : `closed ${open.length} files and folders`;
    },
  };
}
