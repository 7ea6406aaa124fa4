import type { OpenClawPluginApi } from "openclaw/plugin-sdk/core";
import { describe, expect, it } from "vitest";
import type { ContractorClaudeBridge } from "../../src/bridge/contractor-claude-bridge.ts";
import { ContractorError } from "../../src/errors/contractor-error.ts";
import type { ContractorRuntime } from "../../src/openclaw/contractor-runtime.ts";
import {
  ADOPT_SESSION_METHOD,
  CLAUDE_SESSIONS_METHOD,
  OVERVIEW_METHOD,
  RESET_SESSION_METHOD,
  STOP_TURN_METHOD,
} from "../../src/config/gateway-method-names.ts";
import type { ConversationKey } from "../../src/contractor/session-map/session-map-store.ts";
import { createGatewayMethods, type GatewayMethodSources } from "../../src/openclaw/gateway-methods.ts";
import { registerGatewayMethods } from "../../src/openclaw/register-gateway-methods.ts";
import type { Overview, OverviewQuery } from "../../src/overview/overview.ts";
import { sampleEntry } from "../suites/session-map-store-conformance.ts";

type Registration = Parameters<OpenClawPluginApi["registerGatewayMethod"]>;
type Reset = ContractorClaudeBridge["resetConversation"];

const RESET_PARAMS = { agentId: "dev", sessionKey: "main" };

/** What a method answers on a host whose main sessions are called "desk". */
async function request(
  wanted: { method: string; scope: string; params: Record<string, unknown> },
  sources: Partial<GatewayMethodSources>,
): Promise<unknown[]> {
  const registrations: Registration[] = [];
  const api = {
    registerGatewayMethod: (...registration: Registration) => registrations.push(registration),
  } as unknown as OpenClawPluginApi;
  const readHostConfig = () => ({ session: { mainKey: "desk" } });
  const methods = createGatewayMethods({
    readHostConfig,
    bridge: noBridge,
    overview: noOverview,
    natives: { list: noSession, adopt: noSession },
    adoptIntoNewConversation: noSession,
    ...sources,
  });
  registerGatewayMethods(api, () => Promise.resolve({ methods } as ContractorRuntime));
  const [, handler, options] = registrations.find(([method]) => method === wanted.method) ?? [];
  expect(options).toEqual({ scope: wanted.scope });
  const answers: unknown[][] = [];
  const respond = (...answer: unknown[]): void => void answers.push(answer);
  await handler?.({ params: wanted.params, respond } as unknown as Parameters<typeof handler>[0]);
  expect(answers).toHaveLength(1);
  return answers[0] ?? [];
}

function call(params: Record<string, unknown>, resetConversation: Reset): Promise<unknown[]> {
  const wanted = { method: RESET_SESSION_METHOD, scope: "operator.write", params };
  return request(wanted, { bridge: () => ({ resetConversation, interruptConversation: noBridge }) });
}

function askOverview(
  params: Record<string, unknown>,
  overview: (query: OverviewQuery) => Promise<Overview>,
): Promise<unknown[]> {
  return request({ method: OVERVIEW_METHOD, scope: "operator.read", params }, { overview });
}

const noOverview = (): never => {
  throw new Error("It was asked for an overview.");
};
const noSession = (): never => {
  throw new Error("It was asked for a Claude session.");
};
const noBridge = (): never => {
  throw new Error("It was asked for the bridge.");
};

describe("the Gateway method that gives an overview", () => {
  const overview: Overview = { at: "2026-01-02T00:00:00.000Z", pool: null, contractors: [] };

  it("gives what was asked for, to those who may read", async () => {
    const queries: OverviewQuery[] = [];
    const give = (query: OverviewQuery): Promise<Overview> => {
      queries.push(query);
      return Promise.resolve(overview);
    };
    expect(await askOverview({}, give)).toEqual([true, overview]);
    await askOverview({ agentId: "dev", ended: true }, give);
    expect(queries).toEqual([{}, { agentId: "dev", ended: true }]);
  });

  it.each([{ agentId: "" }, { ended: "yes" }, { all: true }])(
    "takes no parameters like %j",
    async (params) => {
      expect(await askOverview(params, noOverview)).toMatchObject([
        false,
        undefined,
        { code: "INVALID_REQUEST", details: { code: "usage" } },
      ]);
    },
  );
});

describe("the Gateway method that resets a session", () => {
  it("resets the conversation that is meant, and answers with what it closed", async () => {
    const calls: unknown[] = [];
    const closed = sampleEntry({ state: "closed", endedBy: "reset" });
    const answer = await call(RESET_PARAMS, (...words) => {
      calls.push(words);
      return Promise.resolve(closed);
    });
    expect(calls).toEqual([[{ agentId: "dev", openclawSessionKey: "agent:dev:desk" }, "reset"]]);
    expect(answer).toEqual([true, { closed }]);
    expect(await call(RESET_PARAMS, () => Promise.resolve(null))).toEqual([true, { closed: null }]);
  });

  it.each([
    {},
    { agentId: "dev" },
    { ...RESET_PARAMS, agentId: "" },
    { ...RESET_PARAMS, sessionKey: 7 },
    { ...RESET_PARAMS, force: true },
  ])("takes no parameters like %j", async (params) => {
    const answer = await call(params, () => Promise.reject(new Error("It was called.")));
    expect(answer).toMatchObject([false, undefined, { code: "INVALID_REQUEST", details: { code: "usage" } }]);
  });

  it("answers a failure with the plugin's own code and words", async () => {
    const failure = new ContractorError("session-map-locked", {
      message: "It is locked.",
      mend: "Try again.",
      retryable: true,
    });
    const details = { code: "session-map-locked", message: "It is locked.", mend: "Try again." };
    expect(await call(RESET_PARAMS, () => Promise.reject(failure))).toEqual([
      false,
      undefined,
      { code: "UNAVAILABLE", message: "It is locked.", details, retryable: true },
    ]);
    expect(await call(RESET_PARAMS, () => Promise.reject(new Error("odd")))).toMatchObject([
      false,
      undefined,
      { code: "UNAVAILABLE", details: { code: "agent-failed" } },
    ]);
  });
});

describe("the Gateway method that stops a turn", () => {
  it("interrupts the conversation that is meant", async () => {
    const keys: unknown[] = [];
    const interruptConversation = (key: unknown): Promise<void> => {
      keys.push(key);
      return Promise.resolve();
    };
    const wanted = { method: STOP_TURN_METHOD, scope: "operator.write", params: RESET_PARAMS };
    const bridge = () => ({ interruptConversation, resetConversation: noBridge });
    expect(await request(wanted, { bridge })).toEqual([true, {}]);
    expect(keys).toEqual([{ agentId: "dev", openclawSessionKey: "agent:dev:desk" }]);
  });
});

describe("the Gateway methods about Claude's own sessions", () => {
  const adoption = { agentId: "dev", claudeSessionId: "claude-1" };
  const admin = (method: string, params: Record<string, unknown>) => ({
    ...{ method, scope: "operator.admin", params },
  });

  it("list those of a contractor", async () => {
    const session = {
      ...{ claudeSessionId: "claude-1", title: "Mend the door", workspace: "/work/dev", usedBy: null },
      lastActivityAt: "2026-01-01T00:00:00.000Z",
    };
    const list = (search: unknown) => {
      expect(search).toEqual({ agentId: "dev" });
      return Promise.resolve([session]);
    };
    const wanted = admin(CLAUDE_SESSIONS_METHOD, { agentId: "dev" });
    const answer = await request(wanted, { natives: { list, adopt: noSession } });
    expect(answer).toEqual([true, { sessions: [session] }]);
  });

  it("give one to the conversation that is meant, or to a new one", async () => {
    const given: unknown[] = [];
    const natives = {
      list: noSession,
      adopt: (key: ConversationKey, claudeSessionId: string) => {
        given.push(key, claudeSessionId);
        return Promise.resolve({ key, claudeSessionId, transcript: "/t", replaced: null });
      },
    };
    const into = admin(ADOPT_SESSION_METHOD, { ...adoption, sessionKey: "main" });
    expect(await request(into, { natives })).toEqual([true, { sessionKey: "agent:dev:desk" }]);
    expect(given).toEqual([{ agentId: "dev", openclawSessionKey: "agent:dev:desk" }, "claude-1"]);
    const adoptIntoNewConversation = (session: unknown) => {
      expect(session).toEqual(adoption);
      return Promise.resolve("agent:dev:new");
    };
    const answer = await request(admin(ADOPT_SESSION_METHOD, adoption), { adoptIntoNewConversation });
    expect(answer).toEqual([true, { sessionKey: "agent:dev:new" }]);
  });
});
