import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { claudeBinaryOf } from "./claude-program.ts";
import { writeWhole } from "./write-whole.ts";

const TARGET_VARIABLE = "CONTRACTOR_AGENT_CLAUDE";
/** The adapter itself runs these with Node. */
const NEEDS_NODE = /\.[cm]?[jt]sx?$/;

/**
 * claude-agent-acp runs `claude auth status --json` when it starts, with each session, and again with every prompt, to
 * tell its client who is logged in. Nobody here asks, and on a small machine that second start of Claude Code takes a
 * fifth of a turn. `not asked` keeps the adapter quiet; everything else goes to Claude Code as it is.
 * See docs/decisions/0012.
 */
const LAUNCHER = `#!/bin/sh
# Written by the OpenClaw contractor agent: the ACP adapter starts Claude Code through it.
for argument in "$@"; do first=$second second=$third third=$argument; done
if [ "$first $second $third" = "auth status --json" ] && [ $# -le 5 ]; then
  echo '{"loggedIn":false,"apiProvider":"not asked"}'
  exit 0
fi
exec "$${TARGET_VARIABLE}" "$@"
`;

/**
 * The variables with which the adapter starts Claude Code through the launcher. None where that cannot be: on a system
 * without a POSIX shell, for a Claude Code that is a script for Node, and where there is none.
 * `program`: the adapter's. `executable`: the Claude Code that was chosen instead of the adapter's own.
 */
export async function claudeLauncherEnvironment(start: {
  folder: string;
  program: string;
  executable: string | undefined;
}): Promise<Record<string, string>> {
  const claude = start.executable ?? claudeBinaryOf(start.program);
  if (process.platform === "win32" || claude === null || NEEDS_NODE.test(claude)) return {};
  return { CLAUDE_CODE_EXECUTABLE: await writeLauncher(start.folder), [TARGET_VARIABLE]: claude };
}

async function writeLauncher(folder: string): Promise<string> {
  const path = join(folder, "claude-launcher.sh");
  if ((await readFile(path, "utf8").catch(() => "")) === LAUNCHER) return path;
  await writeWhole(path, LAUNCHER, 0o700);
  return path;
}
