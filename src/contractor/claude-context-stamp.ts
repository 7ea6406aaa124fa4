import { readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";

/** What Claude Code reads when a session begins, in the workspace and in every folder above it. */
const PROJECT_FILES = ["CLAUDE.md", "CLAUDE.local.md", "AGENTS.md", ".claude/CLAUDE.md", ".mcp.json"];
const WORKSPACE_FILES = [
  ".claude/settings.json",
  ".claude/settings.local.json",
  ".git/HEAD",
  ".git/index",
  ".git/logs/HEAD",
];
const USER_FILES = ["CLAUDE.md", "settings.json"];
/** Each file in them, with its folder. */
const FOLDERS = ["agents", "commands", "output-styles", "rules", "skills"];

/**
 * Changes whenever a session that began now might know something else than one that began before: the day, and size and
 * time of the files that Claude Code puts into a session's context when it opens one (seen: a CLAUDE.md that is changed
 * after `session/new` is not read again). What they import is not looked at. `configFolder`: Claude Code's own.
 */
export async function claudeContextStamp(
  workspace: string,
  { configFolder, now }: { configFolder: string; now: Date },
): Promise<string> {
  const above = foldersUpFrom(workspace);
  const paths = [
    ...above.flatMap((folder) => PROJECT_FILES.map((file) => join(folder, file))),
    ...WORKSPACE_FILES.map((file) => join(workspace, file)),
    ...USER_FILES.map((file) => join(configFolder, file)),
    ...(await entriesOf([join(workspace, ".claude"), configFolder])),
  ];
  const stamps = await Promise.all(paths.map(stampOf));
  return [now.toDateString(), ...stamps.filter((stamp) => stamp !== "")].join("\n");
}

function foldersUpFrom(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...foldersUpFrom(parent)];
}

async function entriesOf(folders: string[]): Promise<string[]> {
  const entries = folders.flatMap((folder) =>
    FOLDERS.map(async (name) => {
      const path = join(folder, name);
      // Most of them do not exist.
      const names = await readdir(path).catch(() => []);
      return names.map((entry) => join(path, entry));
    }),
  );
  return (await Promise.all(entries)).flat();
}

/** Empty for a file that is not there; whoever cannot be looked at is as good as absent. */
async function stampOf(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  return found === undefined ? "" : `${path} ${found.size} ${found.mtimeMs}`;
}
