import { writeFile } from "node:fs/promises";
import path from "node:path";
import type { AdapterName } from "../../src/config/schema.ts";
import { QUIET_ENVIRONMENT } from "../../src/contractor/quiet-environment.ts";
import { REPOSITORY } from "../world/openclaw-program.ts";

const MODULES = path.join(REPOSITORY, "node_modules");

/** How the Claude Code of an adapter is started: the same that the adapter brings. */
const COMMANDS: Record<AdapterName, string[]> = {
  "claude-agent-acp": [
    path.join(MODULES, `@anthropic-ai/claude-agent-sdk-${process.platform}-${process.arch}/claude`),
  ],
  "claude-code-acp": [
    process.execPath,
    path.join(MODULES, "@zed-industries/claude-code-acp/node_modules/@anthropic-ai/claude-agent-sdk/cli.js"),
  ],
};

/** Writes a program that is Claude Code with the quiet switches taken away, for the control; resolves to its path. */
export async function writeLoudClaude(folder: string, adapter: AdapterName): Promise<string> {
  const program = path.join(folder, `loud-claude-of-${adapter}`);
  const command = COMMANDS[adapter].map((word) => `'${word}'`).join(" ");
  const script = [
    "#!/bin/sh",
    `unset ${Object.keys(QUIET_ENVIRONMENT).join(" ")}`,
    "for argument do",
    "  shift",
    `  set -- "$@" "$(printf '%s' "$argument" | sed 's/"skipWebFetchPreflight":true/"skipWebFetchPreflight":false/')"`,
    "done",
    `exec ${command} "$@"`,
  ];
  await writeFile(program, `${script.join("\n")}\n`, { mode: 0o755 });
  return program;
}
