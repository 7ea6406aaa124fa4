// The main job, start to end, as a person would do it: an OpenClaw of its own, the packed plugin, a contractor agent and
// a short conversation. Offline against a scripted model; with --live against the person's own Claude login or key.

import { parseArgs } from "node:util";
import { holdConversation } from "./demo/conversation.ts";
import { liveModel, scriptedModel } from "./demo/model.ts";
import { heading, note, step } from "./demo/narration.ts";
import { buildPlugin, provisionContractor } from "./demo/provision.ts";
import { createOpenClawWorld } from "./world/openclaw-world.ts";

const { values } = parseArgs({ options: { live: { type: "boolean", default: false } } });

const model = values.live ? liveModel(process.env) : await scriptedModel();
heading("A contractor agent: Claude Code behind OpenClaw");
note(model.description);

await step("building the plugin", buildPlugin);
const world = await createOpenClawWorld(model.world);
const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    interrupted.abort();
  });
}

try {
  await provisionContractor(world, model);
  const gateway = await step("starting the Gateway", () => world.startGateway());
  const remembered = await holdConversation({ world, gateway, model, signal: interrupted.signal });
  heading(remembered ? "It remembered, though each message was sent alone." : "It did not remember.");
  process.exitCode = remembered ? 0 : 1;
} finally {
  await step("cleaning up", async () => {
    await world.dispose();
    await model.close();
  });
}
