import { describe, expect, it } from "vitest";
import { safeFileName, uniqueFileName } from "../../src/contractor/inbound-file-name.ts";

describe("safeFileName", () => {
  it.each([
    ["report.pdf", "report.pdf"],
    ["Отчёт (2).pdf", "Отчёт (2).pdf"],
    ["../../etc/passwd", "passwd"],
    ["C:\\files\\a.txt", "a.txt"],
    [".bashrc", "bashrc"],
    ["-rf", "rf"],
    ["a\nb\u0000c.txt", "a_b_c.txt"],
    ["a`$(x)`.txt", "a__(x)_.txt"],
    ["[x]<y>.txt", "x__y_.txt"],
    ["right\u202eto-left.txt", "right_to-left.txt"],
    ["half \ud83d.txt", "half _.txt"],
    ["", "file"],
    ["..", "file"],
    ["///", "file"],
    ["CLAUDE.md", "sent-CLAUDE.md"],
    [".claude.local.md", "sent-claude.local.md"],
    ["AGENTS.md", "sent-AGENTS.md"],
  ])("of %j is %j", (given, expected) => {
    expect(safeFileName(given)).toBe(expected);
  });

  it("is bounded in characters and in bytes, and keeps the extension", () => {
    expect(safeFileName(`${"x".repeat(500)}.pdf`)).toMatch(/^x{96}\.pdf$/);
    const wide = safeFileName(`${"的".repeat(500)}.pdf`);
    expect(Buffer.byteLength(wide)).toBeLessThan(250);
    expect(wide).toMatch(/^的+\.pdf$/);
  });
});

describe("uniqueFileName", () => {
  it("counts within the message, and takes capitals for the same", () => {
    const used = new Set<string>();
    expect(["a.txt", "A.txt", "a.txt", "b"].map((name) => uniqueFileName(name, used))).toEqual([
      "a.txt",
      "A-2.txt",
      "a-3.txt",
      "b",
    ]);
  });
});
