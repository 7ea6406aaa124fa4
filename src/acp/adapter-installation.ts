import { access, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { execa } from "execa";
import type { AdapterName } from "../config/schema.ts";
import { ContractorError } from "../errors/contractor-error.ts";
import { ADAPTER_PACKAGES } from "./adapter-packages.ts";

const INSTALL_TIMEOUT_MS = 10 * 60_000;

/**
 * The adapters in a folder of this plugin's own. They are no dependencies of the plugin's package, because the host
 * copies a plugin with its whole dependency tree whenever a process loads it, and Claude Code is some 300 MB
 * (docs/decisions/0003).
 */
export type AdapterInstallation = {
  /** Absolute path of the adapter's program, or null when it is not installed. */
  find(name: AdapterName): Promise<string | null>;
  /** As `find`, after installing what is missing with npm. Rejects with `adapter-missing`. */
  ensure(name: AdapterName): Promise<string>;
  /** Installs it anew in the place of what is there, which stays when that fails. Rejects with `adapter-missing`. */
  replace(name: AdapterName): Promise<string>;
};

export function createAdapterInstallation(root: string): AdapterInstallation {
  const underWay = new Map<AdapterName, Promise<string>>();

  async function find(name: AdapterName): Promise<string | null> {
    const program = join(homeOf(root, name), ADAPTER_PACKAGES[name].program);
    return (await exists(program)) ? program : null;
  }

  async function findOrInstall(name: AdapterName): Promise<string> {
    const found = await find(name);
    if (found !== null) return found;
    await install(root, name);
    return join(homeOf(root, name), ADAPTER_PACKAGES[name].program);
  }

  return {
    find,
    ensure(name) {
      const pending = underWay.get(name) ?? findOrInstall(name).finally(() => underWay.delete(name));
      underWay.set(name, pending);
      return pending;
    },
    async replace(name) {
      await install(root, name, { replaces: true });
      return join(homeOf(root, name), ADAPTER_PACKAGES[name].program);
    },
  };
}

/** One folder a version: an upgrade of the plugin installs beside what running sessions still use. */
function homeOf(root: string, name: AdapterName): string {
  return join(root, `${name}-${ADAPTER_PACKAGES[name].manifest.version}`);
}

/** Installs into a draft folder and renames it, so that half an installation is never found. */
async function install(root: string, name: AdapterName, { replaces = false } = {}): Promise<void> {
  const home = homeOf(root, name);
  await mkdir(root, { recursive: true, mode: 0o700 });
  const draft = await mkdtemp(join(root, `.installing-${name}-`));
  const remains = `${draft}.replaced`;
  try {
    const { manifest, lock, program } = ADAPTER_PACKAGES[name];
    await writeFile(join(draft, "package.json"), JSON.stringify(manifest));
    await writeFile(join(draft, "package-lock.json"), JSON.stringify(lock));
    await runNpmCi(name, draft);
    if (!(await exists(join(draft, program)))) throw notInstalled(name, "npm left its program out");
    // What has lost its program is in the way, too.
    if (replaces || !(await exists(join(home, program)))) await moveAway(home, remains);
    await rename(draft, home).catch(async (cause: unknown) => {
      // Another process was faster; its installation is the same.
      if (!(await exists(join(home, program)))) throw cause;
    });
  } catch (cause) {
    await rename(remains, home).catch(() => undefined);
    throw cause;
  } finally {
    await rm(draft, { recursive: true, force: true });
    await rm(remains, { recursive: true, force: true });
  }
}

async function moveAway(home: string, to: string): Promise<void> {
  await rename(home, to).catch((cause: unknown) => {
    if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw cause;
  });
}

async function runNpmCi(name: AdapterName, folder: string): Promise<void> {
  const result = await execa(
    "npm",
    ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
    {
      cwd: folder,
      // npm's own shebang must find the Node that runs us: an older one may be first on PATH.
      env: { PATH: `${dirname(process.execPath)}${delimiter}${process.env["PATH"] ?? ""}` },
      stdin: "ignore",
      all: true,
      reject: false,
      timeout: INSTALL_TIMEOUT_MS,
    },
  );
  if (!result.failed) return;
  throw notInstalled(name, result.stderr.trim().slice(-600) || (result.shortMessage ?? "npm failed"));
}

function notInstalled(name: AdapterName, reason: string): ContractorError {
  return new ContractorError("adapter-missing", {
    message: `The ACP adapter ${name} ${ADAPTER_PACKAGES[name].manifest.version} could not be installed: ${reason}`,
    mend: "Check that `npm` works for this user and reaches its registry, and try again.",
    retryable: true,
  });
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
