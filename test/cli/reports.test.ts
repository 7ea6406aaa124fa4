import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addContractor } from "../../src/cli/add.ts";
import { resetSession } from "../../src/cli/reset-session.ts";
import { listSessions } from "../../src/cli/sessions.ts";
import { contractorStatus } from "../../src/cli/status.ts";
import { createFileSessionMapStore } from "../../src/contractor/file-session-map-store.ts";
import { sessionMapPathOf } from "../../src/contractor/runtime-state.ts";
import { sampleEntry } from "../suites/session-map-store-conformance.ts";
import { createHostStandIn, type HostStandIn } from "./host-stand-in.ts";

let home: string;
let host: HostStandIn;

beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), "cli-reports-")));
  host = await createHostStandIn(home);
});

afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

async function add(agentId: string): Promise<string> {
  const workspace = join(home, agentId);
  await mkdir(workspace);
  await addContractor(await host.context(), {
    agentId,
    workspace,
    contractor: "claude",
    mode: "persistent",
    adapter: "claude-agent-acp",
  });
  return workspace;
}

/** Changes a contractor's settings behind the commands' back. */
async function change(agentId: string, settings: Record<string, unknown>): Promise<void> {
  const context = await host.context();
  const { contractors } = context.config;
  const contractor = contractors[agentId];
  if (contractor === undefined) throw new Error(`There is no ${agentId}.`);
  await context.configWriter.putContractor(agentId, { ...contractor, ...settings });
}

describe("status", () => {
  it("shows each contractor with its sessions, and whether the Gateway is there", async () => {
    const workspace = await add("dev");
    const store = createFileSessionMapStore({ workspace });
    await store.put(sampleEntry({ claudeSessionId: "one" }));
    await store.put(sampleEntry({ claudeSessionId: "two" }));
    await store.put(sampleEntry({ openclawSessionKey: "other", state: "orphaned" }));
    const { data, text } = await contractorStatus(await host.context());
    expect(data).toEqual({
      contractors: [
        {
          agentId: "dev",
          contractor: "claude",
          model: "contractor-agent/contractor-claude-bridge",
          workspace,
          adapter: "claude-agent-acp",
          endpoint: null,
          mode: "persistent",
          sessions: { active: 1, closed: 1, orphaned: 1 },
          problems: [],
        },
      ],
      gateway: { reachable: false },
    });
    expect(stripVTControlCharacters(text).split("\n")).toEqual(
      [
        `AGENT  CONTRACTOR  MODE        ADAPTER           ENDPOINT      SESSIONS                      STATE  WORKSPACE`,
        `dev    claude      persistent  claude-agent-acp  Claude login  1 active, 1 closed, 1 orphaned  ok   ${workspace}`,
        "",
        "Gateway: not reachable",
      ].map((line) => expect.stringMatching(new RegExp(line.replaceAll(/ +/g, " +"))) as string),
    );
  });

  it("says how to begin when there is no contractor", async () => {
    const context = await host.context();
    const { data, text } = await contractorStatus({
      ...context,
      isGatewayReachable: () => Promise.resolve(true),
    });
    expect(data).toEqual({ contractors: [], gateway: { reachable: true } });
    expect(text).toMatch(/contractor-agents add .*\nGateway: reachable$/);
  });

  it("names every problem that keeps a contractor from answering", async () => {
    const workspace = await add("dev");
    await change("dev", { endpoint: "gone", adapter: "claude-code-acp" });
    await writeFile(sessionMapPathOf(workspace), "broken");
    const context = await host.context();
    const { data, text } = await contractorStatus({ ...context, agentIds: ["main"] });
    const problems = [
      /^OpenClaw has no agent "dev" any more/,
      /^Its endpoint profile "gone" does not exist/,
      /^Its adapter claude-code-acp is not installed/,
      /session-map\.json is not JSON/,
    ].map((pattern) => expect.stringMatching(pattern) as string);
    expect(data).toMatchObject({ contractors: [{ agentId: "dev", problems }] });
    expect(text).toContain('\ndev: Its endpoint profile "gone" does not exist.');
  });

  it("says of a missing workspace once that it is missing, and shows the other contractors", async () => {
    await rm(await add("dev"), { recursive: true });
    await add("ops");
    const { data } = await contractorStatus(await host.context());
    expect(data).toMatchObject({
      contractors: [
        { agentId: "dev", problems: [expect.stringMatching(/workspace .* does not exist/)] },
        { agentId: "ops", problems: [] },
      ],
    });
  });
});

describe("sessions", () => {
  it("lists the conversations of every contractor, latest activity first", async () => {
    const dev = await add("dev");
    const ops = await add("ops");
    const early = sampleEntry({ agentId: "dev", lastActivityAt: "2026-01-01T22:00:00Z" });
    const late = sampleEntry({ agentId: "ops", lastActivityAt: "2026-01-01T22:00:00.500Z" });
    await createFileSessionMapStore({ workspace: dev }).put(early);
    await createFileSessionMapStore({ workspace: ops }).put({ ...late, claudeSessionId: "claude-long-id" });
    const { data, text } = await listSessions(await host.context(), {});
    const shown = (entry: typeof early): Record<string, unknown> => {
      const { agentId, openclawSessionKey, state, createdAt, lastActivityAt, turns, workspace } = entry;
      return { agentId, openclawSessionKey, state, createdAt, lastActivityAt, turns, workspace };
    };
    expect(data).toEqual({
      sessions: [
        { ...shown(late), claudeSessionId: "claude-long-id" },
        { ...shown(early), claudeSessionId: "claude-1" },
      ],
    });
    expect(stripVTControlCharacters(text)).toBe(
      [
        "AGENT  STATE   TURNS  LAST ACTIVITY  CLAUDE SESSION  OPENCLAW SESSION",
        "ops    active  1      2 h ago        claude-long-id  agent:dev:main",
        "dev    active  1      2 h ago        claude-1        agent:dev:main",
      ].join("\n"),
    );
    expect((await listSessions(await host.context(), { agentId: "dev" })).data).toMatchObject({
      sessions: [{ agentId: "dev" }],
    });
  });

  it("of nobody, and of somebody unknown", async () => {
    expect(await listSessions(await host.context(), {})).toEqual({
      data: { sessions: [] },
      text: "No conversations yet.",
    });
    await expect(listSessions(await host.context(), { agentId: "dev" })).rejects.toMatchObject({
      code: "contractor-unknown",
    });
  });
});

describe("reset-session", () => {
  const conversation = { agentId: "dev", sessionKey: "agent:dev:main" };

  it("closes the conversation's entry, once", async () => {
    const store = createFileSessionMapStore({ workspace: await add("dev") });
    await store.put(sampleEntry());
    const { data, text } = await resetSession(await host.context(), conversation);
    expect(data).toEqual({
      agentId: "dev",
      openclawSessionKey: "agent:dev:main",
      previousClaudeSessionId: "claude-1",
    });
    expect(text).toContain("claude-1");
    expect(await store.list()).toMatchObject([{ state: "closed" }]);
    await expect(resetSession(await host.context(), conversation)).rejects.toMatchObject({
      code: "session-unknown",
      mend: expect.stringContaining("sessions --agent-id dev") as string,
    });
  });

  it("knows only contractors", async () => {
    await expect(resetSession(await host.context(), conversation)).rejects.toMatchObject({
      code: "contractor-unknown",
    });
  });
});
