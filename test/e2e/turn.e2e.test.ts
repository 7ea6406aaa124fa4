import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { editConfig } from "../../scripts/world/edit-config.ts";
import type { Gateway } from "../../scripts/world/gateway.ts";
import { chatHistory } from "./world/chat-history.ts";
import { askAside, chat, startChatTurn } from "./world/chat-turn.ts";
import { createContractorWorld, sessionKeyOf, type ContractorWorld } from "./world/contractor-world.ts";
import { readFileTree } from "./world/file-tree.ts";
import { connectGatewaySocket, PERSON_SCOPES, type GatewaySocket } from "./world/gateway-socket.ts";
import { addHostObserver, type HostObserver } from "./world/host-observer.ts";
import { answerQuestion, approvalsOf, decide, nextApproval } from "./world/person.ts";
import { RED_DOT } from "./world/red-dot.ts";
import { createTurnScript } from "./world/turn-script.ts";

const script = createTurnScript();
let world: ContractorWorld;
let gateway: Gateway;
let observer: HostObserver;
/** Can be asked for approvals and questions, unlike what `gateway.ask` is. Not there in the first tests. */
let person: GatewaySocket;

const CONTRACTORS = [
  { agentId: "dev", adapter: "claude-agent-acp" },
  { agentId: "zed", adapter: "claude-code-acp" },
];

const keyOf = (agentId: string, name: string): string => `agent:${agentId}:${name}`;
const isThere = (agentId: string, file: string): boolean =>
  existsSync(join(world.workspaceOf(agentId), file));

beforeAll(async () => {
  world = await createContractorWorld(inject("worldTemplate"));
  world.model.respondWith(script.responder);
  await world.addContractor("noshell", "--endpoint", "scripted");
  await editConfig(world.openclaw, ({ agents }) => {
    agents.entries["noshell"] = { ...agents.entries["noshell"], tools: { deny: ["exec"] } };
  });
  observer = await addHostObserver(world.openclaw, { veto: ["vetoed.txt"] });
  gateway = await world.openclaw.startGateway();
});

afterAll(async () => {
  await world.dispose();
});

describe.each(CONTRACTORS)("a turn of $adapter with nobody to ask", ({ agentId }) => {
  it("shows its first text over SSE while the model still holds back the second half", async () => {
    const { text } = await gateway.ask({
      agentId,
      user: "sse",
      text: `halves sse-${agentId}`,
      onDelta: () => {
        script.release(`sse-${agentId}`);
      },
    });
    expect(text).toMatch(/^First half of sse-.*\s+Second half of sse-/);
  });

  it("denies a tool, which leaves no trace", async () => {
    const answer = await gateway.ask({ agentId, user: "nobody", text: "write nobody.txt hello" });
    expect(answer).toMatchObject({ status: 200, error: undefined });
    expect(isThere(agentId, "nobody.txt")).toBe(false);
  });
});

describe("a question with nobody to ask", () => {
  it("is declined, and the turn goes on", async () => {
    const { text, error } = await gateway.ask({ agentId: "dev", user: "nobody", text: "colour nothing" });
    expect(error).toBeUndefined();
    expect(text).toMatch(/^You said: /);
    expect(text).not.toMatch(/Blue|Red/);
  });
});

describe("with a person at the Gateway's WebSocket", () => {
  beforeAll(async () => {
    const { url, token } = gateway;
    person = await connectGatewaySocket({ url, token, scopes: PERSON_SCOPES });
  });

  afterAll(async () => {
    await person.close();
  });

  describe.each(CONTRACTORS)("a turn of $adapter", ({ agentId }) => {
    it("streams text, reasoning and tools", async () => {
      const sessionKey = keyOf(agentId, "streams");
      const word = `streams-${agentId}`;
      const turn = await startChatTurn(person, { sessionKey, message: `halves ${word}` });
      expect(await turn.firstText()).toContain("First half");
      script.release(word);
      expect(await turn.ended).toMatchObject({ state: "final" });
      expect(turn.agentEvents("thinking").map(({ data }) => data)).toContainEqual(
        expect.objectContaining({ text: `About ${word}.` }),
      );
      const tools = turn.agentEvents("tool").map(({ data }) => data);
      expect(tools.at(0)).toMatchObject({ phase: "start", name: "Read" });
      expect(tools.at(-1)).toMatchObject({ phase: "result", name: "Read", isError: false });
    });

    it("runs a tool once it is approved, and not before", async () => {
      const sessionKey = keyOf(agentId, "approved");
      const turn = await startChatTurn(person, { sessionKey, message: "write approved.txt hello" });
      const approval = await nextApproval(person, { sessionKey });
      expect(approval.request.title).toContain("approved.txt");
      expect(isThere(agentId, "approved.txt")).toBe(false);
      await decide(person, approval, "allow-once");
      expect(await turn.ended).toMatchObject({ state: "final", text: "Wrote approved.txt." });
      expect(isThere(agentId, "approved.txt")).toBe(true);
    });

    it("goes on without a tool that is denied", async () => {
      const sessionKey = keyOf(agentId, "denied");
      const turn = await startChatTurn(person, { sessionKey, message: "write denied.txt hello" });
      await decide(person, await nextApproval(person, { sessionKey }), "deny");
      expect(await turn.ended).toMatchObject({ state: "final" });
      expect(isThere(agentId, "denied.txt")).toBe(false);
      expect(await chat(person, { sessionKey, message: "say still here" })).toBe("still here");
    });

    it("runs a tool that came over HTTP and is approved at the WebSocket", async () => {
      const sessionKey = sessionKeyOf(agentId, "http");
      const answer = gateway.ask({ agentId, user: "http", text: "write http.txt hello" });
      await decide(person, await nextApproval(person, { sessionKey }), "allow-once");
      expect((await answer).text).toBe("Wrote http.txt.");
      expect(isThere(agentId, "http.txt")).toBe(true);
    });

    it("does not ask again for edits that are always allowed", async () => {
      const sessionKey = keyOf(agentId, "always");
      const turn = await startChatTurn(person, { sessionKey, message: "write first.txt hello" });
      await decide(person, await nextApproval(person, { sessionKey }), "allow-always");
      await turn.ended;
      expect(await chat(person, { sessionKey, message: "write second.txt hello" })).toBe("Wrote second.txt.");
      expect(approvalsOf(person, sessionKey)).toHaveLength(1);
    });

    it("asks for every shell command, and offers nothing else", async () => {
      const sessionKey = keyOf(agentId, "shell");
      for (const file of ["once.txt", "twice.txt"]) {
        const turn = await startChatTurn(person, { sessionKey, message: `run touch ${file}` });
        const approval = await nextApproval(person, { sessionKey, naming: `touch ${file}` });
        expect(approval.request.allowedDecisions).not.toContain("allow-always");
        await decide(person, approval, "allow-once");
        await turn.ended;
        expect(isThere(agentId, file)).toBe(true);
      }
    });

    it("is cancelled by chat.abort; the next answer is its own", async () => {
      const sessionKey = keyOf(agentId, "abort");
      const turn = await startChatTurn(person, { sessionKey, message: "count to 1000" });
      await turn.firstText();
      await person.request("chat.abort", { sessionKey, runId: turn.runId });
      expect(await turn.ended).toMatchObject({ state: "aborted" });
      expect(await chat(person, { sessionKey, message: "say my own" })).toBe("my own");
    });

    it("is cancelled by /stop; the next answer is its own", async () => {
      const sessionKey = keyOf(agentId, "stop");
      const turn = await startChatTurn(person, { sessionKey, message: "count to 1000" });
      await turn.firstText();
      await startChatTurn(person, { sessionKey, message: "/stop" });
      await turn.ended;
      expect(await chat(person, { sessionKey, message: "say my own" })).toBe("my own");
    });

    it("shows the model an image", async () => {
      const attachments = [{ type: "image", mimeType: "image/png", fileName: "dot.png", content: RED_DOT }];
      const sessionKey = keyOf(agentId, "image");
      expect(await chat(person, { sessionKey, message: "look here", attachments })).toBe("I see 1 images.");
    });

    it("puts an attached file into the workspace", async () => {
      const bytes = Buffer.from("%PDF-1.4 the plan of the shed");
      const content = bytes.toString("base64");
      const attachments = [{ type: "file", mimeType: "application/pdf", fileName: "plan.pdf", content }];
      await chat(person, { sessionKey: keyOf(agentId, "file"), message: "say thanks", attachments });
      const files = [...(await readFileTree(world.workspaceOf(agentId)))];
      const [path = "nowhere"] = files.find(([, found]) => found.equals(bytes)) ?? [];
      expect(path).toMatch(/plan.*\.pdf$/);
      await world.model.waitForRequest(({ lastUserText }) => lastUserText.includes(path), 1_000);
    });

    it("shows its plan", async () => {
      const sessionKey = keyOf(agentId, "plan");
      const turn = await startChatTurn(person, { sessionKey, message: "plan it" });
      await turn.ended;
      expect(JSON.stringify(turn.agentEvents("plan"))).toMatch(/Paint/);
    });

    it("lets other plugins see and veto what it does", async () => {
      const sessionKey = keyOf(agentId, "hooks");
      await chat(person, { sessionKey, message: "write vetoed.txt hello" });
      const turn = await startChatTurn(person, { sessionKey, message: "write seen.txt hello" });
      await decide(person, await nextApproval(person, { sessionKey, naming: "seen.txt" }), "allow-once");
      await turn.ended;
      await expect
        .poll(async () => (await observer.fired(sessionKey)).map(({ hook }) => hook), { timeout: 10_000 })
        .toEqual(
          expect.arrayContaining([
            ...["before_prompt_build", "llm_input", "before_tool_call", "after_tool_call"],
            ...["llm_output", "agent_end", "before_message_write"],
          ]),
        );
      expect([isThere(agentId, "vetoed.txt"), isThere(agentId, "seen.txt")]).toEqual([false, true]);
    });

    it("/btw is answered from the conversation while a turn of it runs, and leaves nothing in it", async () => {
      const sessionKey = keyOf(agentId, "aside");
      const word = `aside-${agentId}`;
      const question = "what did I ask you to remember?";
      await chat(person, { sessionKey, message: "remember the elm tree" });
      const turn = await startChatTurn(person, { sessionKey, message: `halves ${word}` });
      await turn.firstText();
      const aside = await askAside(person, { sessionKey, question });
      script.release(word);
      expect(await turn.ended).toMatchObject({ state: "final" });
      expect(aside).toMatchObject({ isError: false, text: "You asked me to remember the elm tree." });
      await chat(person, { sessionKey, message: "say after the aside" });
      const next = await world.model.waitForRequest(
        ({ lastUserText }) => lastUserText.includes("say after the aside"),
        1_000,
      );
      expect(next.userTexts.join("\n")).toContain("remember the elm tree");
      expect(next.userTexts.join("\n")).not.toContain(question);
    });

    it("passes the contractor's own slash commands on", async () => {
      const sessionKey = keyOf(agentId, "slash");
      const { state, text } = await (
        await startChatTurn(person, { sessionKey, message: "/frobnicate now" })
      ).ended;
      expect(state).toBe("final");
      expect(text).toContain("frobnicate");
    });
  });

  it("a message in the middle of a turn steers it", async () => {
    const sessionKey = keyOf("dev", "steer");
    const turn = await startChatTurn(person, { sessionKey, message: "halves steered" });
    await turn.firstText();
    const message = "say and the window too";
    await startChatTurn(person, { sessionKey, message, queueMode: "steer" });
    script.release("steered");
    expect((await turn.ended).text).toContain("and the window too");
    expect(await chatHistory(gateway, sessionKey)).toContainEqual(`user: ${message}`);
  });

  it("a question is answered in the same turn", async () => {
    const sessionKey = keyOf("dev", "question");
    const turn = await startChatTurn(person, { sessionKey, message: "colour this" });
    await answerQuestion(person, { sessionKey, answers: ["Blue"] });
    const { state, text } = await turn.ended;
    expect(state).toBe("final");
    expect(text).toMatch(/^You said: .*Blue/);
  });

  it("/compact compacts, and the conversation is remembered", async () => {
    const sessionKey = keyOf("dev", "compact");
    await chat(person, { sessionKey, message: "remember the oak tree" });
    expect(await chat(person, { sessionKey, message: "/compact" })).toMatch(/Compaction finished/);
    expect(await chat(person, { sessionKey, message: "what did I ask you to remember?" })).toContain(
      "the oak tree",
    );
  });

  it("/contractor tells of the conversation, and resets it", async () => {
    const sessionKey = keyOf("dev", "desk");
    await chat(person, { sessionKey, message: "remember the elm tree" });
    const claudeSessionId = await world.activeSession("dev", sessionKey);
    expect(await chat(person, { sessionKey, message: "/contractor" })).toContain(
      `Session ${claudeSessionId ?? "none"}: turns 1,`,
    );
    // A command of Claude Code's own still reaches it.
    expect(await chat(person, { sessionKey, message: "/contractor context" })).toMatch(/context/i);
    expect(await chat(person, { sessionKey, message: "/contractor reset" })).toContain(claudeSessionId);
    expect(await world.activeSession("dev", sessionKey)).toBeUndefined();
  });

  it("a tool that OpenClaw denies the agent does not exist for Claude", async () => {
    const sessionKey = keyOf("noshell", "policy");
    await chat(person, { sessionKey, message: "run touch denied-by-policy.txt" });
    const turn = await world.model.waitForRequest(
      ({ purpose, workingDirectory }) =>
        purpose === "turn" && workingDirectory === world.workspaceOf("noshell"),
      1_000,
    );
    const offered = JSON.stringify(turn.body);
    expect(offered).toContain('"name":"Read"');
    expect(offered).not.toContain('"name":"Bash"');
    expect(isThere("noshell", "denied-by-policy.txt")).toBe(false);
  });
});
