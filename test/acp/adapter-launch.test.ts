import { expect, it } from "vitest";
import { adapterLaunch } from "../../src/acp/adapter-launch.ts";
import { compileCacheArguments } from "../../src/acp/compile-cache.ts";
import { ENDPOINT_GUARD } from "../../src/acp/endpoint-guard.ts";
import { npmRootCacheArguments } from "../../src/acp/npm-root-cache.ts";

it("guards the endpoint's key in the Claude Code that claude-code-acp brings, and gives Node's arguments to no other", async () => {
  const launch = async (environment: Record<string, string>): Promise<string[] | undefined> => {
    const start = { program: "/adapter/index.js", folder: "/nowhere", environment };
    return (await adapterLaunch("claude-code-acp", start)).needs?.nodeArguments;
  };
  expect(await launch({})).toEqual([
    ...compileCacheArguments("/nowhere"),
    ...npmRootCacheArguments("/nowhere"),
    ...ENDPOINT_GUARD,
  ]);
  expect(await launch({ CLAUDE_CODE_EXECUTABLE: "/opt/claude" })).toBeUndefined();
});
