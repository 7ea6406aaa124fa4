import type * as GatewayRuntime from "openclaw/plugin-sdk/gateway-runtime";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { overviewFromGateway, resetThroughGateway } from "../../src/openclaw/gateway-client.ts";
import { sampleContractor, sampleConversation, sampleOverview } from "../cli/overviews.ts";
import { sampleEntry } from "../suites/session-map-store-conformance.ts";

const call = vi.hoisted(() => vi.fn<typeof GatewayRuntime.callGatewayFromCli>());

vi.mock("openclaw/plugin-sdk/gateway-runtime", async (importOriginal) => ({
  ...(await importOriginal<typeof GatewayRuntime>()),
  callGatewayFromCli: call,
}));

const key = { agentId: "dev", openclawSessionKey: "agent:dev:main" };

/** As the host makes it of an answer that is an error. */
function requestError(message: string, details?: unknown): Error {
  const name = "GatewayClientRequestError";
  const facts = { name, gatewayCode: "UNAVAILABLE", retryable: true, details };
  return Object.assign(new Error(message), facts);
}

/** As the host makes it of a connection that fails. */
function transportError(kind: "closed" | "timeout"): Error {
  return Object.assign(new Error(`gateway ${kind}`), {
    name: "GatewayTransportError",
    kind,
    connectionDetails: { url: "ws://127.0.0.1:1", urlSource: "local", message: "" },
  });
}

beforeEach(() => {
  call.mockReset();
});

describe("overviewFromGateway", () => {
  it("asks for no more than to read, and gives the overview", async () => {
    const overview = {
      ...sampleOverview,
      contractors: [sampleContractor({ conversations: [sampleConversation()] })],
    };
    call.mockResolvedValueOnce(overview);
    expect(await overviewFromGateway({ agentId: "dev", ended: true })).toEqual({ answer: "done", overview });
    expect(call.mock.calls[0]).toMatchObject([
      "contractor-agent.overview",
      {},
      { agentId: "dev", ended: true },
      { scopes: ["operator.read"], progress: false },
    ]);
  });

  it("takes an answer of another version for none to rely on", async () => {
    call.mockResolvedValueOnce({ contractors: "all" });
    expect(await overviewFromGateway({})).toEqual({
      answer: "refused",
      words: "its plugin is of another version",
    });
  });
});

describe("resetThroughGateway", () => {
  it("asks for no more rights than it needs, and gives what was closed", async () => {
    const closed = sampleEntry({ state: "closed", endedBy: "reset" });
    call.mockResolvedValueOnce({ closed }).mockResolvedValueOnce({ closed: null });
    expect(await resetThroughGateway(key)).toEqual({ answer: "done", closed });
    expect(await resetThroughGateway(key)).toEqual({ answer: "done", closed: null });
    expect(call.mock.calls[0]).toMatchObject([
      "contractor-agent.resetSession",
      {},
      { agentId: "dev", sessionKey: "agent:dev:main" },
      { scopes: ["operator.write"], progress: false },
    ]);
  });

  it("fails with the error of the Gateway's own attempt", async () => {
    const details = { code: "session-map-locked", message: "It is locked.", mend: "Try again." };
    call.mockRejectedValue(requestError("It is locked.", details));
    await expect(resetThroughGateway(key)).rejects.toMatchObject({ ...details, retryable: true });
  });

  it.each([
    ["does not know the method", requestError("unknown method: contractor-agent.resetSession")],
    ["refuses, with details of its own", requestError("missing scope", { code: "MISSING_SCOPE" })],
  ])("says in whose words a Gateway %s", async (_, error) => {
    call.mockRejectedValue(error);
    expect(await resetThroughGateway(key)).toEqual({ answer: "refused", words: error.message });
  });

  it("takes a late answer, and one that it does not understand, for none to rely on", async () => {
    call.mockRejectedValueOnce(transportError("timeout")).mockResolvedValueOnce({ closed: { state: "odd" } });
    expect(await resetThroughGateway(key)).toEqual({ answer: "refused", words: "it did not answer in time" });
    expect(await resetThroughGateway(key)).toMatchObject({ answer: "refused" });
  });

  it.each([transportError("closed"), new Error("no credentials")])(
    "takes %s for there being no Gateway",
    async (error) => {
      call.mockRejectedValue(error);
      expect(await resetThroughGateway(key)).toEqual({ answer: "none" });
    },
  );
});
