import { createHash } from "node:crypto";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { ContractorError } from "../errors/contractor-error.ts";
import { stateDirOf } from "./runtime-state.ts";
import { errnoOf } from "./session-map/session-map-file.ts";

const RECORD_NAME = "provisioning.json";

/** The files that OpenClaw puts into a new agent's workspace. Whatever else appears there meanwhile is a person's. */
const TEMPLATE_NAMES = [
  "AGENTS.md",
  "BOOTSTRAP.md",
  "HEARTBEAT.md",
  "IDENTITY.md",
  "SOUL.md",
  "TOOLS.md",
  "USER.md",
];

const recordSchema = z.looseObject({
  /** SHA-256 by file name of the templates that OpenClaw put into the workspace when the agent was created. */
  templates: z.record(z.string(), z.string()).default({}),
});

/** Names of what lies directly in a workspace. */
export async function listWorkspace(workspace: string): Promise<Set<string>> {
  return new Set(await readdir(workspace));
}

/**
 * Remembers the templates that appeared since `before`, so that they can be told from a person's own.
 * What an earlier contractor in the same folder recorded stays.
 */
export async function recordTemplates(workspace: string, before: Set<string>): Promise<void> {
  const names = await templatesSince(workspace, before);
  if (names.length === 0) return;
  const templates = await readTemplates(workspace);
  for (const name of names) templates[name] = await digestOf(join(workspace, name));
  await writeRecord(workspace, templates);
}

/**
 * Undoes `recordTemplates`, whether it came to its end or not: the templates since `before` go, record and all, and so
 * does the empty Git repository that OpenClaw makes of a new workspace.
 */
export async function removeTemplatesSince(workspace: string, before: Set<string>): Promise<void> {
  const names = await templatesSince(workspace, before);
  await Promise.all(names.map((name) => rm(join(workspace, name), { force: true })));
  if (!before.has(".git")) await removeEmptyRepository(join(workspace, ".git"));
  const recorded = Object.entries(await readTemplates(workspace));
  const earlier = recorded.filter(([name]) => !names.includes(name));
  if (earlier.length === recorded.length) return;
  if (earlier.length === 0) await rm(recordPath(workspace));
  else await writeRecord(workspace, Object.fromEntries(earlier));
}

/**
 * The templates that were recorded; none when there is no record, e.g. for an agent that existed before.
 * Rejects with `state-unusable` when the record cannot be read.
 */
export async function readTemplates(workspace: string): Promise<Record<string, string>> {
  const path = recordPath(workspace);
  try {
    return recordSchema.parse(JSON.parse(await readFile(path, "utf8"))).templates;
  } catch (cause) {
    if (errnoOf(cause) === "ENOENT") return {};
    throw new ContractorError("state-unusable", {
      message: `The contractor's state cannot be used: ${path} is not a provisioning record.`,
      mend: "Move it away; the templates of OpenClaw then count as files of your own.",
      cause,
    });
  }
}

/** A repository that has a branch is somebody's, however new it is. */
async function removeEmptyRepository(folder: string): Promise<void> {
  const branches = await readdir(join(folder, "refs", "heads")).catch(() => null);
  if (branches?.length === 0) await rm(folder, { recursive: true, force: true });
}

async function writeRecord(workspace: string, templates: Record<string, string>): Promise<void> {
  await writeFile(recordPath(workspace), `${JSON.stringify({ templates }, null, 2)}\n`, { mode: 0o600 });
}

async function templatesSince(workspace: string, before: Set<string>): Promise<string[]> {
  const present = await listWorkspace(workspace);
  return TEMPLATE_NAMES.filter((name) => present.has(name) && !before.has(name));
}

async function digestOf(path: string): Promise<string> {
  return createHash("sha256")
    .update(await readFile(path))
    .digest("hex");
}

function recordPath(workspace: string): string {
  return join(stateDirOf(workspace), RECORD_NAME);
}
