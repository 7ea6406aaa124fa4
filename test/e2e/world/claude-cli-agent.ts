import { mkdir, symlink, writeFile } from "node:fs/promises";
import { delimiter, join, resolve } from "node:path";
import { editConfig } from "../../../scripts/world/edit-config.ts";
import { REPOSITORY } from "../../../scripts/world/openclaw-program.ts";
import type { ContractorWorld } from "./contractor-world.ts";

/** Claude Code itself, as claude-agent-acp brings it along. */
const CLAUDE = resolve(REPOSITORY, "node_modules/@anthropic-ai/claude-agent-sdk-linux-x64/claude");

/** An agent on OpenClaw's own claude-cli backend, with the same scripted model. Before the Gateway starts. */
export async function addClaudeCliAgent(world: ContractorWorld, agentId: string): Promise<string> {
  const { openclaw, model } = world;
  const bin = join(openclaw.stateDir, "bin");
  await mkdir(bin);
  await symlink(CLAUDE, join(bin, "claude"));
  openclaw.environment["PATH"] = [bin, openclaw.environment["PATH"]].join(delimiter);
  // The backend takes ANTHROPIC_* out of the environment: its Claude Code only listens to its own settings.
  const settings = { apiKeyHelper: "echo sk-test", env: { ANTHROPIC_BASE_URL: model.url } };
  await mkdir(join(openclaw.home, ".claude"), { recursive: true });
  await writeFile(join(openclaw.home, ".claude/settings.json"), JSON.stringify(settings));
  const workspace = await world.createWorkspace(agentId);
  // Otherwise the backend lets Claude do everything unasked, and there were no approvals to compare.
  const tools = { exec: { mode: "ask" } };
  await editConfig(openclaw, ({ agents }) => {
    agents.entries[agentId] = { workspace, model: "claude-cli/claude-sonnet-5", tools };
  });
  return workspace;
}
