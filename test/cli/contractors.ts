import { mkdir, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { addContractor, type AddOptions } from "../../src/cli/add.ts";
import { expectedTranscriptPath } from "../../src/contractor/claude-transcripts.ts";
import { createFileSessionMapStore } from "../../src/contractor/session-map/file-session-map-store.ts";
import type { EndReason, SessionMapEntry } from "../../src/contractor/session-map/session-map-entry.ts";
import type { HostStandIn } from "./host-stand-in.ts";

/** A contractor in a folder of its own below `home`; the folder. */
export async function addTo(
  { host, home }: { host: HostStandIn; home: string },
  agentId: string,
  options: Partial<AddOptions> = {},
): Promise<string> {
  const workspace = join(home, agentId);
  await mkdir(workspace, { recursive: true });
  await addContractor(await host.context(), {
    agentId,
    workspace,
    contractor: "claude",
    mode: "persistent",
    adapter: "claude-agent-acp",
    ...options,
  });
  return workspace;
}

/** Changes a contractor's settings behind the commands' back. */
export async function change(
  host: HostStandIn,
  agentId: string,
  settings: Record<string, unknown>,
): Promise<void> {
  const { config, configWriter } = await host.context();
  const contractor = config.contractors[agentId];
  if (contractor === undefined) throw new Error(`There is no ${agentId}.`);
  await configWriter.putContractor(agentId, { ...contractor, ...settings });
}

/** Makes an entry its conversation's active one, whatever was active; that one ends for the reason given. */
export async function install(
  workspace: string,
  entry: SessionMapEntry,
  endedBy: EndReason = "superseded",
): Promise<void> {
  const store = createFileSessionMapStore({ workspace });
  const expected = (await store.get(entry))?.claudeSessionId ?? null;
  if (!(await store.install(entry, { expected, endedBy }))) throw new Error("Nobody else writes this map.");
}

/** A transcript as Claude Code leaves it for a session in `workspace`; its path. */
export async function writeTranscript(
  home: string,
  session: { claudeSessionId: string; workspace: string },
  { lines, writtenAt }: { lines?: string[]; writtenAt?: Date } = {},
): Promise<string> {
  const path = expectedTranscriptPath(session, { HOME: home });
  await mkdir(dirname(path), { recursive: true });
  const text = lines ?? [JSON.stringify({ type: "user", cwd: session.workspace })];
  await writeFile(path, text.map((line) => `${line}\n`).join(""));
  if (writtenAt !== undefined) await utimes(path, writtenAt, writtenAt);
  return path;
}
