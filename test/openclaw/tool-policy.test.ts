import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createOpenClawCodingTools } from "openclaw/plugin-sdk/agent-harness";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AttemptParams } from "../../src/openclaw/harness-types.ts";
import { TOOL_POLICY_DECLARATION } from "../../src/openclaw/tool-policy-declaration.ts";
import { restrictedNativeTools } from "../../src/openclaw/tool-policy.ts";
import { sampleAttempt } from "./attempt-params.ts";

let workspaceDir: string;

beforeAll(async () => {
  workspaceDir = await mkdtemp(join(tmpdir(), "tool-policy-"));
});

afterAll(() => rm(workspaceDir, { recursive: true, force: true }));

type Tools = { profile?: "minimal" | "coding" | "messaging" | "full"; allow?: string[]; deny?: string[] };

/** A turn that the host has found restricted, with the host's real tools behind the capability. */
function restricted(tools: Tools, overrides: Partial<AttemptParams> = {}): AttemptParams {
  return sampleAttempt({
    pluginHarnessToolPolicyRestricted: true,
    workspaceDir,
    agentDir: workspaceDir,
    config: { agents: { entries: { dev: { workspace: workspaceDir, tools } } } },
    hostCapabilities: { createToolSurface: (options) => createOpenClawCodingTools(options) },
    ...overrides,
  });
}

const SHELL = ["Bash", "BashOutput", "KillShell"];
const READ = ["Read", "Glob", "Grep"];
const EDIT = ["Edit", "MultiEdit", "NotebookEdit"];
const HARMLESS = ["TodoWrite", "ExitPlanMode", "AskUserQuestion"];

describe("restrictedNativeTools", () => {
  it("is undefined for an agent that nobody restricts", () => {
    expect(restrictedNativeTools(sampleAttempt())).toBeUndefined();
    expect(
      restrictedNativeTools(sampleAttempt({ pluginHarnessToolPolicyRestricted: false })),
    ).toBeUndefined();
  });

  it.each<[string, Tools, { left: string[]; gone: string[] }]>([
    [
      "a denied exec",
      { deny: ["exec"] },
      { left: [...READ, "Write", ...EDIT, "WebFetch", "Task", ...HARMLESS], gone: SHELL },
    ],
    [
      "nothing but read",
      { allow: ["read"] },
      {
        left: [...READ, ...HARMLESS],
        gone: [...SHELL, "Write", ...EDIT, "WebFetch", "WebSearch", "Task", "Agent"],
      },
    ],
    ["a denied group", { deny: ["group:fs"] }, { left: SHELL, gone: [...READ, "Write", ...EDIT] }],
    ["a denied glob", { deny: ["web_*"] }, { left: [...SHELL, ...READ], gone: ["WebFetch", "WebSearch"] }],
    [
      "a deny that wins over an allow",
      { allow: ["read", "exec"], deny: ["bash"] },
      { left: READ, gone: SHELL },
    ],
    [
      "the minimal profile",
      { profile: "minimal" },
      { left: HARMLESS, gone: [...SHELL, ...READ, "Write", ...EDIT] },
    ],
    [
      "the messaging profile",
      { profile: "messaging" },
      { left: ["Task", "Agent", ...HARMLESS], gone: [...SHELL, ...READ, "Write", "WebFetch"] },
    ],
    ["all denied", { deny: ["*"] }, { left: HARMLESS, gone: [...SHELL, ...READ, "Write", ...EDIT, "Task"] }],
  ])("leaves what the host's own tools leave: %s", (_, tools, { left, gone }) => {
    const names = restrictedNativeTools(restricted(tools));
    expect(names).toEqual(expect.arrayContaining(left));
    for (const name of gone) expect(names).not.toContain(name);
    expect(names).toEqual(names?.toSorted());
  });

  it("keeps to what a run of its own may use", () => {
    const names = restrictedNativeTools(restricted({}, { toolsAllow: ["read"] }));
    expect(names).toEqual(expect.arrayContaining(READ));
    expect(names).not.toContain("Bash");
  });

  it("leaves nothing at all to a run without tools", () => {
    expect(restrictedNativeTools(restricted({}, { disableTools: true }))).toEqual([]);
    expect(restrictedNativeTools(restricted({}, { toolsAllow: [] }))).toEqual([]);
    expect(restrictedNativeTools(sampleAttempt({ disableTools: true }))).toEqual([]);
  });

  it("refuses the turn when the host cannot be asked", () => {
    const broken = () => {
      throw new Error("agent harness host capability is no longer active");
    };
    for (const hostCapabilities of [{}, { createToolSurface: broken }]) {
      const params = sampleAttempt({ pluginHarnessToolPolicyRestricted: true, hostCapabilities });
      expect(() => restrictedNativeTools(params)).toThrow(
        expect.objectContaining({ code: "tools-not-enforceable" }),
      );
    }
  });
});

describe("what the harness declares of its tools", () => {
  it("calls no tool safe to deny that Claude Code has one of its own for", () => {
    const { conversationToolPolicyNativeTools, conversationToolPolicySafeDenyTools } =
      TOOL_POLICY_DECLARATION;
    const safe = new Set<string>(conversationToolPolicySafeDenyTools);
    expect(conversationToolPolicyNativeTools.filter((name) => safe.has(name))).toEqual([]);
  });
});
