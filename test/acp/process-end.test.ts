import { expect, it } from "vitest";
import { processEnd } from "../../src/acp/process-end.ts";

it("is told to those that still listen, and at once when it is past", async () => {
  const ended = Promise.withResolvers<string>();
  const end = processEnd(ended.promise);
  const told: string[] = [];
  end.listen((how) => told.push(`one ${how}`));
  const stop = end.listen((how) => told.push(`two ${how}`));
  stop();
  ended.resolve("exited");
  await ended.promise;
  expect(told).toEqual(["one exited"]);
  end.listen((how) => told.push(`late ${how}`));
  expect(told).toEqual(["one exited", "late exited"]);
});
