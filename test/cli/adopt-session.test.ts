import { mkdir, mkdtemp, realpath, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { adoptSession, type AdoptOptions } from "../../src/cli/adopt-session.ts";
import type { CommandResult } from "../../src/cli/contractor-command.ts";
import { createFileSessionMapStore } from "../../src/contractor/session-map/file-session-map-store.ts";
import type { SessionMapEntry } from "../../src/contractor/session-map/session-map-entry.ts";
import type { SessionMapStore } from "../../src/contractor/session-map/session-map-store.ts";
import { sampleEntry } from "../suites/session-map-store-conformance.ts";
import { addTo, install, writeTranscript } from "./contractors.ts";
import { createHostStandIn, type HostStandIn } from "./host-stand-in.ts";

const ID = "0199aa55-0000-4000-8000-000000000001";
const OTHER_ID = "0199aa55-0000-4000-8000-000000000002";
const NOW = "2026-01-02T00:00:00.000Z";

let home: string;
let host: HostStandIn;
let workspace: string;

beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), "cli-adopt-")));
  host = await createHostStandIn(home);
  workspace = await addTo({ host, home }, "dev");
});

afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

async function adopt(options: Partial<AdoptOptions> = {}): Promise<CommandResult> {
  const all = { agentId: "dev", sessionKey: "main", claudeSessionId: ID, ...options };
  return adoptSession(await host.context(), all);
}

const transcriptOf = (claudeSessionId = ID, options = {}): Promise<string> =>
  writeTranscript(home, { claudeSessionId, workspace }, options);
const entries = (): Promise<SessionMapEntry[]> => createFileSessionMapStore({ workspace }).list();

describe("adopt-session", () => {
  it("binds a session that somebody began in the workspace", async () => {
    const transcript = await transcriptOf();
    const { data, text } = await adopt();
    expect(data).toEqual({
      agentId: "dev",
      openclawSessionKey: "agent:dev:main",
      claudeSessionId: ID,
      previousClaudeSessionId: null,
      transcript,
      changed: true,
    });
    expect(text.split("\n").slice(0, 2)).toEqual([
      `The conversation agent:dev:main continues the Claude session ${ID} with its next message.`,
      "It had no active session before.",
    ]);
    expect(await entries()).toEqual([
      {
        openclawSessionKey: "agent:dev:main",
        agentId: "dev",
        contractor: "claude",
        claudeSessionId: ID,
        workspace,
        createdAt: NOW,
        lastActivityAt: NOW,
        state: "active",
        transcript,
        historyFrom: "2026-01-02T00:00:00.000Z",
        turns: 0,
      },
    ]);
  });

  it("looks for it in the folder that the contractor's Claude Code has of its own", async () => {
    const elsewhere = join(home, "elsewhere");
    const transcript = await writeTranscript(elsewhere, { claudeSessionId: ID, workspace }, {});
    await expect(adopt()).rejects.toMatchObject({ code: "claude-session-unknown" });
    const claudeConfigDir = join(elsewhere, ".claude");
    await (await host.context()).configWriter.changeContractor("dev", { claudeConfigDir });
    expect((await adopt()).data).toMatchObject({ transcript });
  });

  it("closes what was active, names it, and can adopt it again", async () => {
    await install(workspace, sampleEntry({ claudeSessionId: OTHER_ID, workspace, lifecycle: "1", turns: 7 }));
    await transcriptOf();
    const { data, text } = await adopt();
    expect(data).toMatchObject({ previousClaudeSessionId: OTHER_ID, changed: true });
    expect(text).toContain(`Until now it was the session ${OTHER_ID}; that one is closed`);
    expect(await entries()).toMatchObject([
      { claudeSessionId: OTHER_ID, state: "closed", endedBy: "adopted", turns: 7 },
      { claudeSessionId: ID, state: "active" },
    ]);
    await transcriptOf(OTHER_ID);
    await adopt({ claudeSessionId: OTHER_ID });
    const active = (await entries()).filter(({ state }) => state === "active");
    expect(active).toMatchObject([{ claudeSessionId: OTHER_ID, turns: 0 }]);
    expect(active[0]).not.toHaveProperty("endedAt");
    expect(active[0]).not.toHaveProperty("lifecycle");
  });

  it("changes nothing when the session is the conversation's already", async () => {
    await transcriptOf();
    await adopt();
    const before = await entries();
    const { data, text } = await adopt();
    expect(data).toMatchObject({ claudeSessionId: ID, previousClaudeSessionId: null, changed: false });
    expect(text).toMatch(/continues the Claude session .* already; nothing was changed\.$/);
    expect(await entries()).toEqual(before);
  });

  it("goes by real paths: a contractor at a symbolic link, and a session begun at another", async () => {
    await symlink(workspace, join(home, "alias"));
    await symlink(workspace, join(home, "link"));
    await addTo({ host, home }, "site", { workspace: join(home, "link") });
    await transcriptOf(ID, { lines: [JSON.stringify({ cwd: join(home, "alias") })] });
    await adopt({ agentId: "site" });
    expect(await entries()).toMatchObject([{ agentId: "site", workspace }]);
  });

  it("goes by the place of a transcript that names no folder", async () => {
    await transcriptOf(ID, { lines: ['{"type":"summary"}'] });
    expect((await adopt()).data).toMatchObject({ changed: true });
    await writeTranscript(home, { claudeSessionId: OTHER_ID, workspace: "/srv/x" }, { lines: [] });
    await expect(adopt({ claudeSessionId: OTHER_ID })).rejects.toMatchObject({
      code: "claude-session-elsewhere",
    });
  });

  it.each(["../../x", "a:b:c", "k".repeat(300), "line\nbreak\u001b[2J\u009b1A!", "__proto__"])(
    "takes the key %j for a key, and prints no control character of it",
    async (sessionKey) => {
      await transcriptOf();
      const { text } = await adopt({ sessionKey });
      expect(text.replaceAll("\n", "")).not.toMatch(/\p{Cc}/u);
      expect(text.split("\n")).toHaveLength(3);
      expect(await entries()).toMatchObject([{ openclawSessionKey: sessionKey, state: "active" }]);
    },
  );
});

describe("adopt-session refuses", () => {
  afterEach(async () => {
    // Whatever was refused, the map is as it was.
    expect(
      (await entries()).filter(({ claudeSessionId, agentId }) => claudeSessionId === ID && agentId === "dev"),
    ).toEqual([]);
  });

  it("an agent that is no contractor", async () => {
    await expect(adopt({ agentId: "main" })).rejects.toMatchObject({ code: "contractor-unknown" });
  });

  it("a contractor that begins a session with each message, and a key that is none", async () => {
    await transcriptOf();
    await addTo({ host, home }, "once", { workspace, mode: "oneshot" });
    await expect(adopt({ agentId: "once" })).rejects.toMatchObject({ code: "usage" });
    await expect(adopt({ sessionKey: " " })).rejects.toMatchObject({ code: "usage" });
  });

  it("a workspace that is gone", async () => {
    await transcriptOf();
    await addTo({ host, home }, "gone");
    await rm(join(home, "gone"), { recursive: true });
    await expect(adopt({ agentId: "gone" })).rejects.toMatchObject({ code: "workspace-missing" });
  });

  it.each([ID, "../../x", "", "\u001b[2J"])(
    "a session %j without a transcript, and says where it looked",
    async (id) => {
      await expect(adopt({ claudeSessionId: id })).rejects.toMatchObject({
        code: "claude-session-unknown",
        message: expect.stringContaining(`below ${home}/.claude/projects`) as string,
      });
    },
  );

  it("a transcript that cannot be read", async () => {
    await mkdir(join(await transcriptOf(OTHER_ID), "..", `${ID}.jsonl`));
    await expect(adopt()).rejects.toMatchObject({
      code: "claude-session-unknown",
      message: expect.stringContaining("could not be read: EISDIR") as string,
    });
  });

  it("a session of another folder, and says how to open it there", async () => {
    await mkdir(join(home, "other place"));
    const other = join(home, "other place");
    await writeTranscript(home, { claudeSessionId: ID, workspace: other });
    await expect(adopt()).rejects.toMatchObject({
      code: "claude-session-elsewhere",
      message: expect.stringContaining(
        `was begun in ${other}, and the contractor works in ${workspace};`,
      ) as string,
      mend: expect.stringContaining(`\`cd '${other}' && claude --resume ${ID}\``) as string,
    });
  });

  it("a session that another conversation continues, of the same contractor or of another one there", async () => {
    await transcriptOf();
    await addTo({ host, home }, "ops", { workspace });
    await install(
      workspace,
      sampleEntry({ agentId: "ops", openclawSessionKey: "agent:ops:it's", claudeSessionId: ID, workspace }),
    );
    await expect(adopt()).rejects.toMatchObject({
      code: "claude-session-in-use",
      message: expect.stringContaining('"agent:ops:it\'s" of the contractor agent "ops"') as string,
      mend: expect.stringContaining(
        String.raw`reset-session --agent-id ops --session-key 'agent:ops:it'\''s'`,
      ) as string,
    });
    await createFileSessionMapStore({ workspace }).close(
      { agentId: "ops", openclawSessionKey: "agent:ops:it's" },
      "reset",
    );
    expect((await adopt({ agentId: "ops", sessionKey: "other" })).data).toMatchObject({ changed: true });
  });
});

describe("adopt-session in a race", () => {
  /** A host on whose map somebody else changes something in front of each of the first `times` installs. */
  async function racing(times: number): Promise<{ run: () => Promise<CommandResult> }> {
    const context = await host.context();
    let count = 0;
    const openStore = (folder: string): SessionMapStore => {
      const store = createFileSessionMapStore({ workspace: folder });
      return {
        ...store,
        async install(entry, condition) {
          count += 1;
          if (count <= times)
            await install(workspace, sampleEntry({ workspace, claudeSessionId: `race-${count}` }));
          return store.install(entry, condition);
        },
      };
    };
    const options = { agentId: "dev", sessionKey: "main", claudeSessionId: ID };
    return { run: () => adoptSession({ ...context, openStore }, options) };
  }

  it("looks a second time when a turn has changed the conversation meanwhile", async () => {
    await transcriptOf();
    const { data } = await (await racing(1)).run();
    expect(data).toMatchObject({ previousClaudeSessionId: "race-1", changed: true });
  });

  it("says so when that happens twice, and leaves the conversation alone", async () => {
    await transcriptOf();
    await expect((await racing(2)).run()).rejects.toMatchObject({ code: "session-busy", retryable: true });
    expect((await entries()).filter(({ state }) => state === "active")).toMatchObject([
      { claudeSessionId: "race-2" },
    ]);
  });
});
