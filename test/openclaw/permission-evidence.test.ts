import { describe, expect, it } from "vitest";
import type { PermissionRequest } from "../../src/acp/acp-adapter.ts";
import { permissionEvidenceOf } from "../../src/openclaw/permission-evidence.ts";
import { createSeededRandom } from "../fixtures/seeded-random.ts";
import { permissionRequest } from "./permission-request.ts";

const evidence = (request: Partial<PermissionRequest>) => permissionEvidenceOf(permissionRequest(request));

describe("the evidence of a permission request", () => {
  it("is the whole command with everything else that was asked for, and the paths first", () => {
    expect(
      evidence({
        title: "rm -rf build",
        rawInput: { command: "rm -rf build\nls", run_in_background: true },
        locations: ["/srv/app/build", "/srv/app/build"],
      }),
    ).toEqual({
      title: "Bash: rm -rf build",
      description: 'rm -rf build\nls\n\n{\n "run_in_background": true\n}\nPaths: /srv/app/build',
      detail: 'Paths:\n/srv/app/build\n\nrm -rf build\nls\n\n{\n "run_in_background": true\n}',
      severity: "warning",
    });
  });

  it("is a diff for an edit, with the path that it changes", () => {
    const lines = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];
    const { detail, title } = evidence({
      toolName: "Edit",
      kind: "edit",
      title: "Edit a.txt",
      rawInput: { file_path: "/srv/a.txt" },
      diffs: [
        {
          path: "/srv/a.txt",
          oldText: lines.join("\n"),
          newText: lines.toSpliced(4, 1, "five", "and more").join("\n"),
        },
      ],
    });
    expect(title).toBe("Edit a.txt");
    expect(detail.split("\n")).toEqual([
      ...["Paths:", "/srv/a.txt", "", "--- /srv/a.txt", "+++ /srv/a.txt", "@@ -2,7 +2,8 @@"],
      ...[" 2", " 3", " 4", "-5", "+five", "+and more", " 6", " 7", " 8"],
    ]);
  });

  it("is a diff against nothing for a new file", () => {
    const { detail } = evidence({
      diffs: [{ path: "/n.txt", oldText: null, newText: "a\nb" }],
      rawInput: {},
    });
    expect(detail).toBe("Paths:\n/n.txt\n\n--- /dev/null\n+++ /n.txt\n@@ -0,0 +1,2 @@\n+a\n+b");
  });

  it("is the input of any other tool, or the title when there is none", () => {
    expect(evidence({ toolName: "mcp__a__b", title: "b", rawInput: { q: 1 } })).toMatchObject({
      title: "mcp__a__b: b",
      description: '{\n "q": 1\n}',
    });
    for (const rawInput of [undefined, null, {}]) {
      expect(evidence({ title: "ls", rawInput })).toMatchObject({
        description: "Bash: ls",
        detail: "Bash: ls",
      });
    }
    expect(evidence({ title: "", toolName: "", kind: "", rawInput: {} }).detail).toBe("A tool");
  });

  it.each([
    ["read", "info"],
    ["search", "info"],
    ["think", "info"],
    ["edit", "warning"],
    ["delete", "warning"],
    ["execute", "warning"],
    ["fetch", "warning"],
    ["other", "warning"],
    ["", "warning"],
  ])("weighs the kind %j as %s", (kind, severity) => {
    expect(evidence({ kind }).severity).toBe(severity);
  });

  it("shows beginning and end of what is too long, and how much is missing", () => {
    const command = `begin ${"x".repeat(50_000)} end`;
    const { detail, description } = evidence({ rawInput: { command }, locations: ["/srv/app"] });
    expect(detail.length).toBeLessThanOrEqual(16_000);
    expect(detail).toMatch(/^Paths:\n\/srv\/app\n\nbegin x+\n\[… \d+ characters are not shown …\]\nx+ end$/);
    expect(description).toHaveLength(512);
  });

  it("is one harmless line for a title that wants to be something else", () => {
    const title = "\u001b[2J\u009b1AApproved\r\nby root\u202e\u2066 \u200btxt\u2029.";
    expect(evidence({ title }).title).toBe("Bash: Approved by root txt .");
    expect(evidence({ title: "x".repeat(500) }).title).toHaveLength(80);
  });

  it("stays within the host's limits and harmless, whatever comes", () => {
    const random = createSeededRandom(7);
    const pieces = [
      "\u001b[31m",
      "\u0007",
      "\u202e",
      "\ud800",
      "\u{1f600}",
      "\n",
      "rm ",
      "/",
      "\u200d",
      "é",
      "x".repeat(400),
    ] as const;
    const text = () => Array.from({ length: random.below(60) }, () => random.pick(pieces)).join("");
    for (let round = 0; round < 300; round += 1) {
      const { title, description, detail } = evidence({
        title: text(),
        toolName: text(),
        kind: text(),
        rawInput: random.below(2) === 0 ? { command: text(), other: text() } : { [text()]: text() },
        locations: [text(), text()],
        diffs: random.below(3) === 0 ? [{ path: text(), oldText: text(), newText: text() }] : [],
      });
      for (const [shown, limit] of [
        [title, 80],
        [description, 512],
        [detail, 16_000],
      ] as const) {
        expect(shown.length).toBeGreaterThan(0);
        expect(shown.length).toBeLessThanOrEqual(limit);
        expect(shown).not.toMatch(/(?![\t\n])\p{Cc}|\p{Cf}/u);
        expect(shown.isWellFormed()).toBe(true);
      }
      expect(title).not.toContain("\n");
    }
  });
});
