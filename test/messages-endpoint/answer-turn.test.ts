import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { afterEach, expect, it } from "vitest";
import { answerTurn } from "../../src/messages-endpoint/answer-turn.ts";
import { FaultError } from "../../src/messages-endpoint/fault-error.ts";

const server = createServer();

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

it("begins a stream before the first word when that is long in coming, so that nobody takes it for dead", async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const asked = fetch(
    `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`,
  );
  const [, response] = (await once(server, "request")) as [unknown, ServerResponse];
  const refused = Promise.withResolvers<never>();
  const answered = answerTurn(response, {
    head: { id: "msg_1", model: "dev" },
    stream: true,
    run: () => refused.promise,
    beginAfterMs: 10,
  });
  const answer = await asked;
  expect(answer.status).toBe(200);
  refused.reject(new FaultError(529, "The model is overloaded."));
  await answered;
  const types = Array.from((await answer.text()).matchAll(/^event: (.+)$/gm), ([, type]) => type);
  expect(types).toEqual(["message_start", "ping", "error"]);
});
