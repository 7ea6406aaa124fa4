import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import type { AdapterName } from "../config/schema.ts";
import { ContractorError } from "../errors/contractor-error.ts";
import { contractorEnvironment } from "../process/environment.ts";
import type { AdapterInstallation } from "./adapter-installation.ts";
import { adapterLaunch } from "./adapter-launch.ts";
import { ADAPTER_PACKAGES } from "./adapter-packages.ts";
import { connectAgent } from "./agent-connection.ts";
import { claudeProgramOf } from "./claude-program.ts";

const INITIALIZE_MS = 30_000;
const VERSION_MS = 20_000;
const CLOSE_MS = 2_000;

export type AdapterFacts = {
  program: string;
  /** As its package says; null when that cannot be read. */
  version: string | null;
  /** The one that this plugin was tried with. */
  pinned: string;
};

/** Looks at adapters as a turn would use them, without a session. */
export type AdapterDiagnosis = {
  /** Null when it is not installed. */
  inspect(name: AdapterName): Promise<AdapterFacts | null>;
  /** Starts it, has it answer `initialize` and ends it. Rejects as a turn would. */
  start(name: AdapterName): Promise<void>;
  /** What its Claude Code, or the given one, says its version is. Rejects with `executable-missing`. */
  claudeVersion(name: AdapterName, executable?: string): Promise<string>;
  /** Installs it anew, whatever is there. Resolves to its program; rejects with `adapter-missing`. */
  replace(name: AdapterName): Promise<string>;
};

export type AdapterDiagnosisOptions = {
  installation: AdapterInstallation;
  /** For what is written for an adapter, nothing secret. */
  folder: string;
  ambient: NodeJS.ProcessEnv;
};

export function createAdapterDiagnosis(options: AdapterDiagnosisOptions): AdapterDiagnosis {
  const { installation, folder, ambient } = options;
  const environment = contractorEnvironment(ambient, {});

  async function programOf(name: AdapterName): Promise<string> {
    const program = await installation.find(name);
    if (program !== null) return program;
    throw new ContractorError("adapter-missing", {
      message: `The ACP adapter ${name} is not installed.`,
      mend: "Install it, or send the agent a message: the next turn installs it.",
    });
  }

  return {
    async inspect(name) {
      const program = await installation.find(name);
      if (program === null) return null;
      const { version: pinned } = ADAPTER_PACKAGES[name].manifest;
      return { program, version: await versionBeside(program), pinned };
    },
    async start(name) {
      const program = await programOf(name);
      const launch = await adapterLaunch(name, { program, environment, folder });
      const connection = await connectAgent(
        { launch, workingDirectory: tmpdir(), initializeMs: INITIALIZE_MS },
        NOBODY_LISTENS,
      );
      await connection.terminate(CLOSE_MS);
    },
    async claudeVersion(name, executable) {
      const claude = executable ?? claudeProgramOf(await programOf(name));
      if (claude === null) throw silent(`the adapter ${name} has brought none for this system`);
      return versionOf(claude, environment);
    },
    replace: (name) => installation.replace(name),
  };
}

const NOBODY_LISTENS = {
  onUpdate: () => undefined,
  onSign: () => undefined,
  onStderrLine: undefined,
  onPermissionRequest: () => Promise.resolve({ outcome: { outcome: "cancelled" as const } }),
  onElicitation: () => Promise.resolve({ action: "cancel" as const }),
};

/** A program lies in `dist/` of its package. */
async function versionBeside(program: string): Promise<string | null> {
  try {
    const text = await readFile(join(dirname(dirname(program)), "package.json"), "utf8");
    const { version } = JSON.parse(text) as { version?: unknown };
    return typeof version === "string" ? version : null;
  } catch {
    return null;
  }
}

async function versionOf(claude: string, environment: Record<string, string>): Promise<string> {
  const isScript = /\.[cm]?js$/.test(claude);
  const [command, args] = isScript ? [process.execPath, [claude, "--version"]] : [claude, ["--version"]];
  const result = await execa(command, args, {
    cwd: tmpdir(),
    env: environment,
    extendEnv: false,
    reject: false,
    stdin: "ignore",
    timeout: VERSION_MS,
  });
  const [version] = /\d+\.\d+\.\d+\S*/.exec(result.stdout) ?? [];
  if (!result.failed && version !== undefined) return version;
  throw silent(`${claude} did not tell its version${result.timedOut ? " in time" : ""}`);
}

function silent(reason: string): ContractorError {
  return new ContractorError("executable-missing", {
    message: `Claude Code does not answer: ${reason}.`,
    mend: "Install it anew.",
  });
}
