import { beforeEach, expect, it } from "vitest";
import { createSpareQueue, type SpareQueue } from "../../src/openclaw/spare-queue.ts";

let rests: PromiseWithResolvers<undefined>[];
let opened: string[];
let queue: SpareQueue;

beforeEach(() => {
  rests = [];
  opened = [];
  queue = createSpareQueue({
    atRest() {
      const rest = Promise.withResolvers<undefined>();
      rests.push(rest);
      return rest.promise;
    },
    open(agentId) {
      opened.push(agentId);
      return Promise.resolve();
    },
  });
});

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it("opens one after the other, each when there is nothing else to do", async () => {
  const dev = queue.request("dev");
  const zed = queue.request("zed");
  await settled();
  expect([opened, rests.length]).toEqual([[], 1]);
  rests[0]?.resolve(undefined);
  await dev;
  await settled();
  expect([opened, rests.length]).toEqual([["dev"], 2]);
  rests[1]?.resolve(undefined);
  await zed;
  expect(opened).toEqual(["dev", "zed"]);
});

it("opens one for all who ask while it waits, and another one for who asks later", async () => {
  const first = queue.request("dev");
  expect(queue.request("dev")).toBe(first);
  await settled();
  rests[0]?.resolve(undefined);
  await first;
  const second = queue.request("dev");
  await settled();
  rests[1]?.resolve(undefined);
  await second;
  expect(opened).toEqual(["dev", "dev"]);
});

it("opens none that was waiting when it was cleared", async () => {
  const cleared = queue.request("dev");
  await settled();
  queue.clear();
  const later = queue.request("zed");
  rests[0]?.resolve(undefined);
  await cleared;
  await settled();
  rests[1]?.resolve(undefined);
  await later;
  expect(opened).toEqual(["zed"]);
});
