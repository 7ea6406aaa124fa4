import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CLI_ROOT } from "../../config/identifiers.ts";
import { CLAUDE_LOGIN } from "../../config/endpoint-schema.ts";
import { readClaudeLogin, type ClaudeLogin } from "../../contractor/claude-login.ts";
import { claudeConfigFolder } from "../../contractor/claude-transcripts.ts";
import { endpointInWords } from "../../contractor/metadata-resolver.ts";
import { PROVIDER_VARIABLES } from "../../endpoint/provider-pins.ts";
import type { DoctorHost } from "../../openclaw/doctor-host.ts";
import { contractorsOf, passed, type CheckedContractor, type Finding } from "./doctor-check.ts";

/** As whom each contractor's requests go, and whatever else is there that might be taken for it. */
export async function credentialChecks(host: DoctorHost): Promise<Finding[]> {
  const checks = await Promise.all(contractorsOf(host).map((checked) => checksOf(host, checked)));
  return checks.flat();
}

async function checksOf(host: DoctorHost, { agentId, contractor }: CheckedContractor): Promise<Finding[]> {
  const { endpoint = CLAUDE_LOGIN, workspace } = contractor;
  const folder = claudeConfigFolder(host.claudeEnvironmentOf(contractor));
  const wins = endpointInWords(endpoint);
  const files = [
    join(folder, "settings.json"),
    join(workspace, ".claude", "settings.json"),
    join(workspace, ".claude", "settings.local.json"),
  ];
  const inFiles = await Promise.all(files.map(async (file) => conflictIn(file, { agentId, wins })));
  return [
    ...(endpoint === CLAUDE_LOGIN ? [await loginCheck(host, { agentId, folder })] : []),
    ...ambientConflict(host, { agentId, wins }),
    ...inFiles.filter((check) => check !== undefined),
  ];
}

async function loginCheck(
  host: DoctorHost,
  { agentId, folder }: { agentId: string; folder: string },
): Promise<Finding> {
  const title = `${agentId} has a Claude login`;
  const cause = loginProblem(await readClaudeLogin(folder), { folder, now: host.now() });
  if (cause === null) return passed(title);
  const mend = `Log in with \`claude\` as the Gateway's user, or give the contractor an endpoint with \`openclaw ${CLI_ROOT} endpoint use\`.`;
  // Claude Code keeps it in the keychain there, which asks before it shows anything.
  if (host.platform !== "darwin") return { title, status: "fail", cause, mend };
  return { title, status: "warn", cause: `${cause} It may be in the keychain.`, mend };
}

function loginProblem(login: ClaudeLogin, { folder, now }: { folder: string; now: Date }): string | null {
  if (login.state !== "there") {
    if (login.state === "missing") return `There is no login of Claude Code in ${folder}.`;
    return `The login of Claude Code in ${folder} cannot be read.`;
  }
  const { expiresAt, renewable } = login;
  if (renewable || expiresAt === undefined || expiresAt > now) return null;
  return `The login of Claude Code in ${folder} ended on ${expiresAt.toISOString().slice(0, 10)}.`;
}

/** What is set here is likely to be set for the Gateway, too. */
function ambientConflict(
  { ambientVariables }: DoctorHost,
  { agentId, wins }: { agentId: string; wins: string },
): Finding[] {
  const names = PROVIDER_VARIABLES.filter((name) => ambientVariables.includes(name));
  if (names.length === 0) return [];
  return [
    {
      ...{ title: `${agentId} runs on ${wins} alone`, status: "warn" },
      cause: `${names.join(", ")} of this environment ${names.length === 1 ? "is" : "are"} not given to contractors: ${wins} wins.`,
      mend: `Leave it so, or have a contractor run on such a key with \`openclaw ${CLI_ROOT} endpoint add\`.`,
    },
  ];
}

/** A settings file that would send Claude Code elsewhere, were it heeded. */
async function conflictIn(
  file: string,
  { agentId, wins }: { agentId: string; wins: string },
): Promise<Finding | undefined> {
  const names = providerSettingsIn(await readFile(file, "utf8").catch(() => ""));
  if (names.length === 0) return undefined;
  return {
    ...{ title: `${agentId} runs on ${wins} alone`, status: "warn" },
    cause: `${file} sets ${names.join(", ")} for Claude Code. Contractors do not heed that: ${wins} wins.`,
    mend: `Leave it so, or say it with \`openclaw ${CLI_ROOT} endpoint add\` and \`endpoint use\`.`,
  };
}

function providerSettingsIn(content: string): string[] {
  try {
    const settings = JSON.parse(content) as { env?: Record<string, unknown>; apiKeyHelper?: unknown };
    const names = PROVIDER_VARIABLES.filter((name) => Boolean(settings.env?.[name]));
    return settings.apiKeyHelper === undefined ? names : [...names, "apiKeyHelper"];
  } catch {
    return [];
  }
}
