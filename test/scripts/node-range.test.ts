import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { fitsNodeRange } from "../../scripts/toolchain/node-range.mjs";
import { PINNED_NODE } from "../../scripts/toolchain/pinned-node.mjs";

const packageSchema = z.object({ engines: z.object({ node: z.string() }) });

function nodeRangeOf(file: string) {
  const path = resolve(import.meta.dirname, "../..", file);
  return packageSchema.parse(JSON.parse(readFileSync(path, "utf8"))).engines.node;
}

describe("engines.node of package.json", () => {
  const range = nodeRangeOf("package.json");

  it("is the one of OpenClaw", () => {
    expect(range).toBe(nodeRangeOf("node_modules/openclaw/package.json"));
  });

  it.each(["v24.16.0", "v24.99.0", "v26.1.0", "v27.0.0"])("fits %s", (version) => {
    expect(fitsNodeRange(version, range)).toBe(true);
  });

  it.each(["v18.0.0", "v20.20.2", "v24.15.9", "v25.0.0", "v26.0.9", "v26.2.0-nightly"])(
    "does not fit %s",
    (version) => {
      expect(fitsNodeRange(version, range)).toBe(false);
    },
  );

  it.each(Object.entries(PINNED_NODE))("fits the Node that is fetched for %s", (_platform, { version }) => {
    expect(fitsNodeRange(version, range)).toBe(true);
  });
});

describe("fitsNodeRange", () => {
  it.each(["^24.16.0", "24.x", ">=24.16.0 - 25", ""])("refuses to judge by %j", (range) => {
    expect(() => fitsNodeRange("v24.16.0", range)).toThrow("cannot read");
  });
});
