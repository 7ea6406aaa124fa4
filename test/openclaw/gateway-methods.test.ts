import type { OpenClawPluginApi } from "openclaw/plugin-sdk/core";
import { describe, expect, it } from "vitest";
import type { ContractorClaudeBridge } from "../../src/bridge/contractor-claude-bridge.ts";
import { ContractorError } from "../../src/errors/contractor-error.ts";
import {
  OVERVIEW_METHOD,
  registerGatewayMethods,
  RESET_SESSION_METHOD,
} from "../../src/openclaw/gateway-methods.ts";
import type { Overview, OverviewQuery } from "../../src/overview/overview.ts";
import { sampleEntry } from "../suites/session-map-store-conformance.ts";

type Registration = Parameters<OpenClawPluginApi["registerGatewayMethod"]>;
type Reset = ContractorClaudeBridge["resetConversation"];

const RESET_PARAMS = { agentId: "dev", sessionKey: "main" };

/** What the method answers on a host whose main sessions are called "desk". */
async function call(params: Record<string, unknown>, resetConversation: Reset): Promise<unknown[]> {
  const registrations: Registration[] = [];
  const api = {
    registerGatewayMethod: (...registration: Registration) => registrations.push(registration),
    runtime: { config: { current: () => ({ session: { mainKey: "desk" } }) } },
  } as unknown as OpenClawPluginApi;
  registerGatewayMethods(api, { bridge: () => ({ resetConversation }), overview: noOverview });
  const [method, handler, options] = registrations[0] ?? [];
  expect([method, options]).toEqual([RESET_SESSION_METHOD, { scope: "operator.write" }]);
  const answers: unknown[][] = [];
  const respond = (...answer: unknown[]): void => void answers.push(answer);
  await handler?.({ params, respond } as unknown as Parameters<typeof handler>[0]);
  expect(answers).toHaveLength(1);
  return answers[0] ?? [];
}

/** What the overview method answers, and what was asked of the read model. */
async function askOverview(
  params: Record<string, unknown>,
  overview: (query: OverviewQuery) => Promise<Overview>,
): Promise<unknown[]> {
  const registrations: Registration[] = [];
  const api = {
    registerGatewayMethod: (...registration: Registration) => registrations.push(registration),
  } as unknown as OpenClawPluginApi;
  registerGatewayMethods(api, { bridge: noBridge, overview });
  const [, handler, options] = registrations.find(([method]) => method === OVERVIEW_METHOD) ?? [];
  expect(options).toEqual({ scope: "operator.read" });
  const answers: unknown[][] = [];
  const respond = (...answer: unknown[]): void => void answers.push(answer);
  await handler?.({ params, respond } as unknown as Parameters<typeof handler>[0]);
  expect(answers).toHaveLength(1);
  return answers[0] ?? [];
}

const noOverview = (): never => {
  throw new Error("It was asked for an overview.");
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
