import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { CLI_ROOT } from "../../config/identifiers.ts";
import { CLAUDE_LOGIN } from "../../config/endpoint-schema.ts";
import { claudeConfigFolder } from "../../contractor/claude-transcripts.ts";
import { endpointInWords } from "../../contractor/metadata-resolver.ts";
import { PROVIDER_VARIABLES } from "../../endpoint/provider-pins.ts";
import type { HostCliContext } from "../../openclaw/host-cli-context.ts";
import type { CheckedContractor, DoctorCheck } from "./doctor.ts";

const CREDENTIALS_FILE = ".credentials.json";

/** As whom a contractor's requests go, and whatever else is there that might be taken for it. */
export async function credentialChecks(
  context: HostCliContext,
  { agentId, contractor }: CheckedContractor,
): Promise<DoctorCheck[]> {
  const { endpoint = CLAUDE_LOGIN, workspace } = contractor;
  const folder = claudeConfigFolder(context.claudeEnvironmentOf(contractor));
  const wins = endpointInWords(endpoint);
  const files = [
    join(folder, "settings.json"),
    join(workspace, ".claude", "settings.json"),
    join(workspace, ".claude", "settings.local.json"),
  ];
  const inFiles = await Promise.all(files.map(async (file) => conflictIn(file, { agentId, wins })));
  return [
    ...(endpoint === CLAUDE_LOGIN ? [await loginCheck(agentId, folder)] : []),
    ...ambientConflict(context, { agentId, wins }),
    ...inFiles.filter((check) => check !== undefined),
  ];
}

async function loginCheck(agentId: string, folder: string): Promise<DoctorCheck> {
  const title = `${agentId} has a Claude login`;
  const found = await stat(join(folder, CREDENTIALS_FILE)).catch(() => null);
  if (found !== null) return { phase: "credentials", title, status: "pass" };
  return {
    ...{ phase: "credentials", title, status: "warn" },
    cause: `There is no ${CREDENTIALS_FILE} in ${folder}; the login may be in the system's keychain, or not be there.`,
    mend: `Log in with \`claude\` as the Gateway's user, or give the contractor an endpoint with \`openclaw ${CLI_ROOT} endpoint use\`.`,
  };
}

/** What is set here is likely to be set for the Gateway, too. */
function ambientConflict(
  { ambientVariables }: HostCliContext,
  { agentId, wins }: { agentId: string; wins: string },
): DoctorCheck[] {
  const names = PROVIDER_VARIABLES.filter((name) => ambientVariables.includes(name));
  if (names.length === 0) return [];
  return [
    {
      ...{ phase: "credentials", title: `${agentId} runs on ${wins} alone`, status: "warn" },
      cause: `${names.join(", ")} of this environment ${names.length === 1 ? "is" : "are"} not given to contractors: ${wins} wins.`,
      mend: `Leave it so, or have a contractor run on such a key with \`openclaw ${CLI_ROOT} endpoint add\`.`,
    },
  ];
}

/** A settings file that would send Claude Code elsewhere, were it heeded. */
async function conflictIn(
  file: string,
  { agentId, wins }: { agentId: string; wins: string },
): Promise<DoctorCheck | undefined> {
  const names = providerSettingsIn(await readFile(file, "utf8").catch(() => ""));
  if (names.length === 0) return undefined;
  return {
    ...{ phase: "credentials", title: `${agentId} runs on ${wins} alone`, status: "warn" },
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
