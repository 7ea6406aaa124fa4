import { styleText } from "node:util";
import type { Gateway } from "../world/gateway.ts";
import type { OpenClawWorld } from "../world/openclaw-world.ts";
import type { DemoModel } from "./model.ts";
import { heading, note } from "./narration.ts";
import { AGENT_ID, command } from "./provision.ts";

const SECRET = "the blue door";
const MESSAGES = [`remember ${SECRET}`, "what does this repo do?", "what did I ask you to remember?"];

type Demo = { world: OpenClawWorld; gateway: Gateway; model: DemoModel; signal: AbortSignal };

/** Says each message through the Gateway and shows the answer as it arrives; true when the last one remembers the first. */
export async function holdConversation(demo: Demo): Promise<boolean> {
  heading("The conversation, streamed through the Gateway");
  let last = "";
  for (const text of MESSAGES) last = await say(demo, text);
  console.log();
  await command(demo.world, ["sessions"]);
  return last.includes(SECRET);
}

async function say({ gateway, model, signal }: Demo, text: string): Promise<string> {
  console.log(`${styleText("cyan", " you")}  ${text}`);
  process.stdout.write(`${styleText("green", ` ${AGENT_ID}`)}  `);
  const answer = await gateway.ask({
    agentId: AGENT_ID,
    user: "demo",
    text,
    signal,
    onDelta: (delta) => {
      process.stdout.write(delta.replaceAll("\n", "\n      "));
    },
  });
  const first =
    answer.firstTextMs === undefined ? "" : `first text after ${Math.round(answer.firstTextMs)} ms, `;
  const tools = model.toolsOfLastTurn();
  const used = tools.length === 0 ? "" : `Claude Code used ${tools.join(", ")}; `;
  note(`\n      (${used}${first}done after ${Math.round(answer.totalMs)} ms)`);
  if (answer.error !== undefined) throw new Error(`the turn failed: ${JSON.stringify(answer.error)}`);
  return answer.text;
}
