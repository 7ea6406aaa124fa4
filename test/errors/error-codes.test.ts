import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ERROR_CODES } from "../../src/errors/error-codes.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const CODES = ERROR_CODES.toSorted();

/** The codes that `docs/ERRORS.md` explains: the first cell of a table row, or a heading. */
async function documentedCodes(): Promise<string[]> {
  const page = await readFile(join(ROOT, "docs/ERRORS.md"), "utf8");
  return [...page.matchAll(/^(?:\| *|#+ )`([^`]+)`/gm)].map(([, code = ""]) => code);
}

/** Every string of the sources, apart from the list of codes itself. */
async function stringsInSources(): Promise<Set<string>> {
  const strings = new Set<string>();
  for await (const path of glob("src/**/*.ts", { cwd: ROOT })) {
    if (path.endsWith("error-codes.ts")) continue;
    const text = await readFile(join(ROOT, path), "utf8");
    for (const [, code = ""] of text.matchAll(/(?:new ContractorError\(\s*|\bcode: )"([a-z-]+)"/g)) {
      strings.add(code);
    }
  }
  return strings;
}

describe("the error codes", () => {
  it("are each explained in docs/ERRORS.md, once, and the page explains no others", async () => {
    expect((await documentedCodes()).toSorted()).toEqual(CODES);
  });

  it("are each thrown somewhere", async () => {
    const thrown = await stringsInSources();
    expect(CODES.filter((code) => !thrown.has(code))).toEqual([]);
  });

  it("are words with hyphens, each listed once", () => {
    expect(new Set(CODES).size).toBe(CODES.length);
    for (const code of CODES) expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
  });
});
