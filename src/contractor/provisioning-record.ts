import { createHash } from "node:crypto";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { stateDirOf } from "./runtime-state.ts";

const RECORD_NAME = "provisioning.json";

const recordSchema = z.looseObject({
  /** SHA-256 by file name of the templates that OpenClaw put into the workspace when the agent was created. */
  templates: z.record(z.string(), z.string()).default({}),
});

/** Names of the plain files directly in a workspace. */
export async function listWorkspaceFiles(workspace: string): Promise<Set<string>> {
  const entries = await readdir(workspace, { withFileTypes: true });
  return new Set(entries.filter((entry) => entry.isFile()).map((entry) => entry.name));
}

/** Remembers the files that appeared since `before`, so that they can be told from a person's own and taken back. */
export async function recordTemplates(workspace: string, before: Set<string>): Promise<void> {
  const names = [...(await listWorkspaceFiles(workspace))].filter((name) => !before.has(name));
  const templates = Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await digestOf(join(workspace, name))])),
  ) as Record<string, string>;
  await writeFile(recordPath(workspace), `${JSON.stringify({ templates }, null, 2)}\n`, { mode: 0o600 });
}

/** The templates that were recorded; none when there is no record, e.g. for an agent that existed before. */
export async function readTemplates(workspace: string): Promise<Record<string, string>> {
  try {
    return recordSchema.parse(JSON.parse(await readFile(recordPath(workspace), "utf8"))).templates;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw error;
  }
}

/** Deletes the templates that nobody has changed since. */
export async function removeUntouchedTemplates(workspace: string): Promise<void> {
  for (const [name, digest] of Object.entries(await readTemplates(workspace))) {
    const path = join(workspace, name);
    const current = await digestOf(path).catch(() => undefined);
    if (current === digest) await rm(path);
  }
}

async function digestOf(path: string): Promise<string> {
  return createHash("sha256")
    .update(await readFile(path))
    .digest("hex");
}

function recordPath(workspace: string): string {
  return join(stateDirOf(workspace), RECORD_NAME);
}
