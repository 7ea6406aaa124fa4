import { execa } from "execa";
import { setTimeout as delay } from "node:timers/promises";
import { askGateway, type ChatAnswer, type ChatQuestion } from "./chat-client.ts";
import { OPENCLAW_PROGRAM } from "./openclaw-program.ts";

/** Beside other work, or under a tracer, a start takes minutes on two cores. */
const READY_MS = 300_000;

/** A running OpenClaw Gateway. */
export type Gateway = {
  readonly pid: number;
  readonly url: string;
  readonly token: string;
  /** One turn over the Gateway's OpenAI-compatible endpoint. */
  ask(question: ChatQuestion): Promise<ChatAnswer>;
  /** A Gateway method, over its WebSocket, by `openclaw gateway call`. Rejects with the Gateway's words. */
  call(method: string, params?: unknown): Promise<unknown>;
  /** Everything that it printed so far. */
  log(): string;
  /** Regular stop; idempotent. */
  stop(): Promise<void>;
  kill(signal: NodeJS.Signals): Promise<void>;
};

/** Starts the Gateway and waits until it answers. Rejects with its log when it does not. */
export async function startGateway(options: {
  environment: Record<string, string>;
  port: number;
  token: string;
}): Promise<Gateway> {
  const { environment, port, token } = options;
  const url = `http://127.0.0.1:${port}`;
  let printed = "";
  const subprocess = execa(process.execPath, [OPENCLAW_PROGRAM, "gateway", "run"], {
    env: environment,
    extendEnv: false,
    reject: false,
    buffer: false,
    stdin: "ignore",
    all: true,
  });
  subprocess.all.setEncoding("utf8").on("data", (chunk: string) => {
    printed += chunk;
  });
  const state = { ended: false };
  const end = subprocess.then(() => {
    state.ended = true;
  });
  const stopWith = async (signal: NodeJS.Signals): Promise<void> => {
    if (!state.ended) subprocess.kill(signal);
    await end;
  };

  const deadline = Date.now() + READY_MS;
  while (!(await isReady(url))) {
    if (state.ended || Date.now() > deadline) {
      await stopWith("SIGKILL");
      throw new Error(`the Gateway did not become ready:\n${printed}`);
    }
    await delay(200);
  }
  return {
    pid: subprocess.pid ?? -1,
    url,
    token,
    ask: (question) => askGateway({ url, token }, question),
    call: (method, params) => callMethod(environment, { method, params }),
    log: () => printed,
    stop: () => stopWith("SIGTERM"),
    kill: stopWith,
  };
}

/** Ready means that configured plugins have started too: until then unclaimed routes answer 503. */
async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

async function callMethod(
  environment: Record<string, string>,
  { method, params = {} }: { method: string; params?: unknown },
): Promise<unknown> {
  const result = await execa(
    process.execPath,
    [OPENCLAW_PROGRAM, "gateway", "call", method, "--params", JSON.stringify(params), "--json"],
    { env: environment, extendEnv: false, reject: false, stdin: "ignore", timeout: 60_000 },
  );
  if (result.failed) throw new Error(`${method}: ${result.stderr || result.stdout}`);
  return JSON.parse(result.stdout);
}
