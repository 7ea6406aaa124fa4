import { describe, expect, it } from "vitest";
import { pluginConfigSchema, type PermissionMode } from "../../src/config/schema.ts";
import { collectSecurityFindings, securityFindingsOf } from "../../src/openclaw/security-audit.ts";

const contractors = (modes: Record<string, PermissionMode>) =>
  Object.fromEntries(
    Object.entries(modes).map(([agentId, permissionMode]) => [
      agentId,
      { contractor: "claude", workspace: "/srv/app", permissionMode },
    ]),
  );

const CONTEXT = { sourceConfig: {}, env: {}, stateDir: "/srv/state", configPath: "/srv/state/openclaw.json" };

describe("the security audit", () => {
  it.each<[PermissionMode, string[]]>([
    ["bypass", ["critical"]],
    ["auto", ["warn"]],
    ["accept-edits", ["warn"]],
    ["plan", []],
    ["ask", []],
  ])("finds in the permission mode %s: %j", (mode, severities) => {
    const findings = securityFindingsOf(
      pluginConfigSchema.parse({ contractors: contractors({ dev: mode }) }),
    );
    expect(findings.map(({ severity }) => severity)).toEqual(severities);
    for (const finding of findings) {
      expect(finding.checkId).toBe("plugins.contractor-agent.permission_mode");
      expect(finding.title).toContain('"dev"');
      expect(finding.detail).toContain("/srv/app");
      expect(finding.remediation).toContain("contractors.dev.permissionMode");
    }
  });

  it("tells of each contractor, out of OpenClaw's configuration", async () => {
    const config = { contractors: contractors({ dev: "bypass", ops: "ask", docs: "auto" }) };
    const findings = await collectSecurityFindings({
      ...CONTEXT,
      config: { plugins: { entries: { "contractor-agent": { config } } } },
    });
    expect(findings.map(({ title }) => title)).toEqual([
      expect.stringContaining('"dev"'),
      expect.stringContaining('"docs"'),
    ]);
  });

  it("says so when the settings cannot be read, and finds nothing where there are none", async () => {
    const config = { plugins: { entries: { "contractor-agent": { config: { contractors: 7 } } } } };
    expect(await collectSecurityFindings({ ...CONTEXT, config })).toMatchObject([
      { severity: "warn", checkId: "plugins.contractor-agent.config_unreadable" },
    ]);
    expect(await collectSecurityFindings({ ...CONTEXT, config: {} })).toEqual([]);
  });
});
