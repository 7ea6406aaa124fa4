import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { resetSession } from "../../src/cli/reset-session.ts";
import { createFileOpenTurns } from "../../src/contractor/open-turns.ts";
import { createFileSessionMapStore } from "../../src/contractor/session-map/file-session-map-store.ts";
import { sampleEntry } from "../suites/session-map-store-conformance.ts";
import { addTo, install } from "./contractors.ts";
import { createHostStandIn, failing, type HostStandIn } from "./host-stand-in.ts";

let home: string;
let host: HostStandIn;

beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), "cli-reset-")));
  host = await createHostStandIn(home);
});

afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

const conversation = { agentId: "dev", sessionKey: "agent:dev:main" };

async function reset(options = conversation): ReturnType<typeof resetSession> {
  return resetSession(await host.context(), options);
}

describe("reset-session without a Gateway", () => {
  it("closes the conversation's entry, once", async () => {
    const workspace = await addTo({ host, home }, "dev");
    await install(workspace, sampleEntry());
    const { data, text } = await reset();
    expect(data).toEqual({
      agentId: "dev",
      openclawSessionKey: "agent:dev:main",
      previousClaudeSessionId: "claude-1",
      via: "files",
    });
    expect(text).toBe(
      "The conversation agent:dev:main begins anew with its next message. The earlier Claude session was claude-1. No Gateway is running.",
    );
    const store = createFileSessionMapStore({ workspace });
    expect(await store.list()).toMatchObject([{ state: "closed", endedBy: "reset" }]);
    await expect(reset()).rejects.toMatchObject({
      code: "session-unknown",
      mend: expect.stringContaining("sessions --agent-id dev") as string,
    });
  });

  it("forgets a turn that was left unfinished, so that nobody is told of it afterwards", async () => {
    const workspace = await addTo({ host, home }, "dev");
    await install(workspace, sampleEntry());
    const key = { agentId: "dev", openclawSessionKey: "agent:dev:main" };
    const turns = createFileOpenTurns(workspace, () => new Date());
    await (await turns.claim(key)).end({ kind: "unrecorded", ended: "interrupted" });
    await reset();
    expect((await turns.claim(key)).left).toBeNull();
  });

  it("knows the main conversation by its short name", async () => {
    await install(await addTo({ host, home }, "dev"), sampleEntry());
    expect((await reset({ agentId: "dev", sessionKey: "main" })).data).toMatchObject({
      openclawSessionKey: "agent:dev:main",
    });
  });

  it("knows only contractors", async () => {
    await expect(reset()).rejects.toMatchObject({ code: "contractor-unknown" });
  });

  it.each(["../../x", "a:b:c", "k".repeat(300), "line\nbreak\u001b[2J\u009b1A\r", "__proto__"])(
    "takes the key %j for a key, and prints no control character of it",
    async (sessionKey) => {
      const openclawSessionKey = sessionKey.trim();
      await install(await addTo({ host, home }, "dev"), sampleEntry({ openclawSessionKey }));
      const { data, text } = await reset({ agentId: "dev", sessionKey });
      expect(data).toMatchObject({ openclawSessionKey, previousClaudeSessionId: "claude-1" });
      expect(text).not.toMatch(/\p{Cc}/u);
    },
  );
});

describe("reset-session with a Gateway", () => {
  it("lets the Gateway do it, which ends the Claude process too", async () => {
    const workspace = await addTo({ host, home }, "dev");
    await install(workspace, sampleEntry({ claudeSessionId: "only-in-the-file" }));
    host.gateway = (key) =>
      Promise.resolve({ answer: "done", closed: sampleEntry({ ...key, state: "closed", endedBy: "reset" }) });
    const { data, text } = await reset();
    expect(data).toMatchObject({ previousClaudeSessionId: "claude-1", via: "gateway" });
    expect(text).toMatch(/ The running Gateway ended its Claude process\.$/);
    expect(await createFileSessionMapStore({ workspace }).list()).toMatchObject([{ state: "active" }]);
  });

  it("believes the Gateway that there is nothing to reset", async () => {
    await install(await addTo({ host, home }, "dev"), sampleEntry());
    host.gateway = () => Promise.resolve({ answer: "done", closed: null });
    await expect(reset()).rejects.toMatchObject({ code: "session-unknown" });
  });

  it("changes the file when the Gateway does not know how, and says what that leaves", async () => {
    await install(await addTo({ host, home }, "dev"), sampleEntry());
    host.gateway = () => Promise.resolve({ answer: "refused", words: "unknown method" });
    const { data, text } = await reset();
    expect(data).toMatchObject({ previousClaudeSessionId: "claude-1", via: "files" });
    expect(text).toMatch(/ The running Gateway could not be asked \(unknown method\), so /);
  });

  it("fails with the error of the Gateway's own attempt, and changes nothing then", async () => {
    const workspace = await addTo({ host, home }, "dev");
    await install(workspace, sampleEntry());
    host.gateway = failing("session-map-locked");
    await expect(reset()).rejects.toMatchObject({ code: "session-map-locked" });
    expect(await createFileSessionMapStore({ workspace }).list()).toMatchObject([{ state: "active" }]);
  });
});
