import { readFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { expect, it } from "vitest";

const SRC = resolve(import.meta.dirname, "../../src");

/** What each process loads that loads this plugin: every `openclaw` command, and every Gateway. */
const LIGHT = ["openclaw/plugin-sdk/plugin-entry", "openclaw/plugin-sdk/state-paths"];

/** What a module imports at once, told from its text; types alone and `import()` are not. */
async function importsOf(path: string): Promise<string[]> {
  const text = await readFile(path, "utf8");
  return [...text.matchAll(/^(?:import|export) (?!type )[^;]*?from "([^"]+)";$/gms)].flatMap(
    ([, specifier]) => specifier ?? [],
  );
}

it("the entry brings none of OpenClaw's larger parts with it: they take seconds and 200 MB to load", async () => {
  const seen = new Set([join(SRC, "index.ts")]);
  const brought: string[] = [];
  for (const path of seen) {
    for (const specifier of await importsOf(path)) {
      if (specifier.startsWith(".")) seen.add(resolve(dirname(path), specifier));
      else if (specifier.startsWith("openclaw/") && !LIGHT.includes(specifier))
        brought.push(`${relative(SRC, path)}: ${specifier}`);
    }
  }
  expect(seen.size).toBeGreaterThan(20);
  expect(brought).toEqual([]);
});
