import { writeFile } from "node:fs/promises";
import path from "node:path";
import { REPOSITORY } from "../world/openclaw-program.ts";

const CLAUDE = path.join(
  REPOSITORY,
  "node_modules/@zed-industries/claude-code-acp/node_modules/@anthropic-ai/claude-agent-sdk/cli.js",
);

/**
 * Writes a program that is the Claude Code of claude-code-acp without the guard around it (src/acp/endpoint-guard.ts), for
 * the control; resolves to its path.
 */
export async function writeUnguardedClaude(folder: string): Promise<string> {
  const program = path.join(folder, "unguarded-claude");
  await writeFile(program, `#!/bin/sh\nexec '${process.execPath}' '${CLAUDE}' "$@"\n`, { mode: 0o755 });
  return program;
}
