import { describe, expect, it } from "vitest";
import type { ContractorClaudeBridge } from "../../src/bridge/contractor-claude-bridge.ts";
import { ContractorError } from "../../src/errors/contractor-error.ts";
import { createSessionCommands } from "../../src/openclaw/session-commands.ts";

type Commands = ReturnType<typeof createSessionCommands>;
type CompactParams = Parameters<Commands["compact"]>[0];
type SideParams = Parameters<Commands["runSideQuestion"]>[0];

const BUSY = new ContractorError("session-busy", { message: "It is busy.", mend: "Wait." });

function commandsOn(bridge: Partial<ContractorClaudeBridge>, log: string[] = []): Commands {
  return createSessionCommands({
    bridge: () => bridge as ContractorClaudeBridge,
    readHostConfig: () => ({}),
    log: (message) => log.push(message),
  });
}

function compactParams(overrides: Partial<CompactParams>): CompactParams {
  const host: Partial<CompactParams> = {
    agentId: "dev",
    sessionKey: "main",
    trigger: "manual",
    ...overrides,
  };
  return host as CompactParams;
}

describe("/compact", () => {
  it("compacts the conversation's Claude session, with the person's instructions", async () => {
    const asked: unknown[] = [];
    const commands = commandsOn({
      compactConversation: (key, { instructions }) => {
        asked.push(key, instructions);
        return Promise.resolve({ compacted: true, tokensBefore: 900, tokensAfter: 90 });
      },
    });
    expect(await commands.compact(compactParams({ customInstructions: "keep the plan" }))).toEqual({
      ok: true,
      compacted: true,
      result: { tokensBefore: 900, tokensAfter: 90 },
    });
    expect(asked).toEqual([{ agentId: "dev", openclawSessionKey: "agent:dev:main" }, "keep the plan"]);
  });

  it.each<[CompactParams["currentTokenCount"], object]>([
    [undefined, { ok: true, compacted: true }],
    [700, { ok: true, compacted: true, result: { tokensBefore: 700 } }],
  ])(
    "takes the host's count of tokens, %s, where there is no better one",
    async (currentTokenCount, expected) => {
      const commands = commandsOn({ compactConversation: () => Promise.resolve({ compacted: true }) });
      const params = compactParams(currentTokenCount === undefined ? {} : { currentTokenCount });
      expect(await commands.compact(params)).toEqual(expected);
    },
  );

  it("says why nothing was compacted", async () => {
    const commands = commandsOn({
      compactConversation: () => Promise.resolve({ compacted: false, reason: "there is no session yet" }),
    });
    expect(await commands.compact(compactParams({}))).toEqual({
      ok: true,
      compacted: false,
      reason: "there is no session yet",
    });
  });

  it("tells a failure in one paragraph", async () => {
    const log: string[] = [];
    const commands = commandsOn({ compactConversation: () => Promise.reject(BUSY) }, log);
    expect(await commands.compact(compactParams({}))).toEqual({
      ok: false,
      compacted: false,
      reason: "It is busy. Wait.",
    });
    expect(log).toEqual(["compacting main: It is busy. Wait."]);
  });

  it.each(["budget", "overflow"] as const)(
    "costs no turn of Claude when the host's own %s is full",
    async (trigger) => {
      const answer = await commandsOn({}).compact(compactParams({ trigger }));
      // The host goes on with its turn for these words only.
      expect(answer).toMatchObject({ ok: true, compacted: false });
      expect(answer?.reason).toMatch(/^below threshold/);
    },
  );
});

describe("/btw", () => {
  function sideParams(overrides: Partial<SideParams>): SideParams {
    const host: Partial<SideParams> = { agentId: "dev", sessionKey: "main", question: "why?", ...overrides };
    return host as SideParams;
  }

  it("is asked aside, and its tokens are counted", async () => {
    const usage = { inputTokens: 1, outputTokens: 2, cacheReadTokens: 3, cacheWriteTokens: 4 };
    const commands = commandsOn({
      askAside: ({ question }) => Promise.resolve({ text: `${question} so`, usage }),
    });
    expect(await commands.runSideQuestion(sideParams({}))).toEqual({
      text: "why? so",
      usage: { input: 1, output: 2, cacheRead: 3, cacheWrite: 4, total: 10 },
    });
  });

  it("has no usage where the adapter tells none, and hands images on", async () => {
    const commands = commandsOn({
      askAside: ({ images }) => Promise.resolve({ text: JSON.stringify(images), usage: undefined }),
    });
    const image = { type: "image" as const, data: "aGk=", mimeType: "image/png" };
    expect(await commands.runSideQuestion(sideParams({ images: [image] }))).toEqual({
      text: '[{"data":"aGk=","mimeType":"image/png"}]',
    });
  });

  it("is stopped with the host's command", async () => {
    const controller = new AbortController();
    const commands = commandsOn({
      askAside: ({ signal }) =>
        Promise.resolve({ text: String(signal === controller.signal), usage: undefined }),
    });
    const opts = { abortSignal: controller.signal };
    expect(await commands.runSideQuestion(sideParams({ opts }))).toEqual({ text: "true" });
  });

  it("tells a failure in one paragraph", async () => {
    const commands = commandsOn({ askAside: () => Promise.reject(BUSY) });
    await expect(commands.runSideQuestion(sideParams({}))).rejects.toThrow("It is busy. Wait.");
  });
});
