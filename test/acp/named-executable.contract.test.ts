import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createClaudeWorld } from "../suites/acp-adapter-contract/claude-world.ts";
import { openingIn, type ContractWorld } from "../suites/acp-adapter-contract/contract-world.ts";
import { ask } from "../suites/acp-adapter-contract/recorded-turn.ts";

/** The Claude Code that the other adapter brings stands for one that a person has installed. */
const INSTALLED_CLAUDE = path.join(
  import.meta.dirname,
  `../../node_modules/@anthropic-ai/claude-agent-sdk-${process.platform}-${process.arch}/claude`,
);

let world: ContractWorld;

beforeAll(async () => {
  world = await createClaudeWorld({
    name: "claude-code-acp",
    reportsUsage: false,
    asksQuestions: false,
    environment: { CLAUDE_CODE_EXECUTABLE: INSTALLED_CLAUDE },
  });
});

afterAll(async () => {
  await world.dispose();
});

it("an installed claude answers in place of the one that the adapter brings", async () => {
  const session = await world.adapter.createSession(openingIn(world));
  expect(await ask(session, "say hello")).toBe("hello");
  const agents = world.model?.requests.map((request) => request.headers["user-agent"]) ?? [];
  // 2.1.44 is what claude-code-acp 0.16.2 brings.
  expect(agents[0]).toMatch(/^claude-cli\/2\.1\./);
  expect(agents[0]).not.toContain("claude-cli/2.1.44 ");
  await session.close();
});
