import { mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { listClaudeSessions } from "../../../src/contractor/adoption/claude-sessions.ts";
import { expectedTranscriptPath } from "../../../src/contractor/claude-transcripts.ts";
import { answered, said, text } from "../conversation/transcript-lines.ts";

const WORKSPACE = "/srv/app";
const ID = "0199aa55-0000-4000-8000-000000000001";
const OTHER_ID = "0199aa55-0000-4000-8000-000000000002";

let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "claude-sessions-"));
});

afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

async function write(claudeSessionId: string, changedAt: string, ...lines: string[]): Promise<string> {
  const path = expectedTranscriptPath({ claudeSessionId, workspace: WORKSPACE }, { HOME: home });
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, lines.join("\n"));
  await utimes(path, new Date(changedAt), new Date(changedAt));
  return path;
}

const list = () => listClaudeSessions(WORKSPACE, { HOME: home });

describe("Claude's sessions of a workspace", () => {
  it("are told by what was said first, the latest ones first", async () => {
    const older = await write(ID, "2026-01-01T00:00:00.000Z", said("Mend\nthe   roof"), said("and the door"));
    const newer = await write(OTHER_ID, "2026-01-02T00:00:00.000Z", said("x".repeat(200)));
    expect(await list()).toEqual([
      {
        ...{ claudeSessionId: OTHER_ID, title: `${"x".repeat(79)}…`, transcript: newer },
        lastActivityAt: "2026-01-02T00:00:00.000Z",
      },
      {
        ...{ claudeSessionId: ID, title: "Mend the roof", transcript: older },
        lastActivityAt: "2026-01-01T00:00:00.000Z",
      },
    ]);
  });

  it("are none of a subagent, none in which nobody has spoken, and none in another folder", async () => {
    await write("agent-1", "2026-01-01T00:00:00.000Z", said("look"));
    await write(ID, "2026-01-01T00:00:00.000Z", answered("m1", text("Nobody asked.")));
    await write(OTHER_ID, "2026-01-01T00:00:00.000Z", "spoilt {");
    expect(await list()).toEqual([]);
    await write(ID, "2026-01-01T00:00:00.000Z", said("look"));
    expect(await listClaudeSessions("/srv/other", { HOME: home })).toEqual([]);
  });
});
