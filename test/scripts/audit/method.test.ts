import { describe, expect, it } from "vitest";
import { describeMethod, watchedCommand } from "../../../scripts/audit/method.ts";

const FILES = { command: ["node", "talk.ts"], trace: "/t/trace", watched: "/t/watched" };

describe("watchedCommand", () => {
  it("puts the trace into the closed network, where there are both", () => {
    const words = watchedCommand({ namespace: ["--net"], strace: true }, FILES);
    expect(words.slice(0, 3)).toEqual(["unshare", "--net", "--"]);
    expect(words.indexOf("strace")).toBeGreaterThan(words.indexOf("/t/watched"));
    expect(words.slice(-4)).toEqual(["-o", "/t/trace", "node", "talk.ts"]);
  });

  it("does with one of them", () => {
    expect(watchedCommand({ namespace: null, strace: true }, FILES)[0]).toBe("strace");
    expect(watchedCommand({ namespace: ["--net"], strace: false }, FILES).slice(-3)).toEqual([
      ...["/t/watched", "node", "talk.ts"],
    ]);
  });
});

describe("describeMethod", () => {
  it.each([
    [
      { namespace: ["--net"], strace: true },
      "strace in a closed network in which every name and address answers",
    ],
    [{ namespace: ["--net"], strace: false }, "a closed network in which every name and address answers"],
    [{ namespace: null, strace: true }, "strace, in the machine's own network"],
  ])("says how it was looked: %j", (method, words) => {
    expect(describeMethod(method)).toBe(words);
  });
});
