// The conversation of the audit: a real Gateway with the packed plugin, both adapters, Claude Code; only the model is a
// script. Runs inside whatever watches it:
//
//     node scripts/audit/conversation-program.ts <template world> <folder> <idle seconds> quiet|loud
//
// Writes <folder>/stand.json: which ports are whose, and what of the conversation did not go as it should.

import { writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { createContractorWorld, editPluginConfig } from "../../test/e2e/world/contractor-world.ts";
import { editConfig } from "../world/edit-config.ts";
import type { Gateway } from "../world/gateway.ts";
import { REPOSITORY } from "../world/openclaw-program.ts";
import { AUDITED_AGENTS } from "./audited-agents.ts";
import { carryOn, holdConversation } from "./conversation.ts";
import { writeUnguardedClaude } from "./unguarded-claude.ts";
import { listeningPorts } from "./socket-owner.ts";
import type { Stand } from "./stand.ts";
import { toolScript } from "./tool-script.ts";
import { startWebPage } from "./web-page.ts";

const [template = "", folder = "", idleSeconds = "", loudness = ""] = process.argv.slice(2);
const LOOKUP = path.join(REPOSITORY, "test/fixtures/lookup-mcp-server.mjs");
const LOOK_EVERY_MS = 250;

const page = await startWebPage(folder);
const world = await createContractorWorld(template);
world.openclaw.environment["NODE_EXTRA_CA_CERTS"] = page.certificateFile;
world.model.respondWith(toolScript());
const stand: Stand = {
  endpoint: portOf(world.model.url),
  page: page.port,
  gateway: 0,
  toolServers: [],
  pageVisits: 0,
  problems: [],
};

await editConfig(world.openclaw, (config) => {
  config["mcp"] = {
    servers: { lookup: { command: process.execPath, args: [LOOKUP], env: { LOOKUP_KEY: "k" } } },
  };
});
const isLoud = loudness === "loud";
const unguarded = isLoud ? { claudeExecutable: await writeUnguardedClaude(folder) } : {};
await editPluginConfig(world.openclaw, ({ contractors, endpoints }) => {
  endpoints["scripted"] = { ...endpoints["scripted"], noTelemetry: !isLoud };
  for (const { agentId, adapter } of AUDITED_AGENTS) {
    const loud = adapter === "claude-code-acp" ? unguarded : {};
    contractors[agentId] = { ...contractors[agentId], mcpServers: ["lookup"], ...loud };
  }
});

try {
  await withGateway(async (gateway) => {
    for (const { agentId } of AUDITED_AGENTS) {
      stand.problems.push(...(await holdConversation({ gateway, model: world.model, agentId }, page.url)));
    }
    // What is sent in batches has its time, while the sessions are warm.
    await delay(Number(idleSeconds) * 1_000);
  });
  await withGateway(async (gateway) => {
    for (const { agentId } of AUDITED_AGENTS) {
      stand.problems.push(...(await carryOn({ gateway, model: world.model, agentId })));
    }
  });
} catch (cause) {
  stand.problems.push(cause instanceof Error ? (cause.stack ?? cause.message) : String(cause));
} finally {
  stand.pageVisits = page.visits();
  await world.dispose();
  await page.close();
  await writeFile(path.join(folder, "stand.json"), JSON.stringify(stand));
}
// Connections and timers of the clients above would keep this process for minutes.
process.exit();

/** The Gateway listens for Claude Code (tool gate, tool server) on ports of its own choice, while a session is open. */
async function withGateway(work: (gateway: Gateway) => Promise<void>): Promise<void> {
  const gateway = await world.openclaw.startGateway();
  stand.gateway = portOf(gateway.url);
  const looking = setInterval(() => {
    void listeningPorts(gateway.pid).then((ports) => {
      stand.toolServers = [...new Set([...stand.toolServers, ...ports])].filter(
        (port) => port !== stand.gateway,
      );
    });
  }, LOOK_EVERY_MS);
  try {
    await work(gateway);
  } finally {
    clearInterval(looking);
    await gateway.stop();
  }
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}
