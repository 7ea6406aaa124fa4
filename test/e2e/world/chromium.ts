import { existsSync } from "node:fs";
import { execa } from "execa";

/** Where Debian puts it. */
const DEBIAN_CHROMIUM = "/usr/bin/chromium";

/**
 * The Chromium that the Control UI is tested in: that of `CONTRACTOR_CHROMIUM`, or Debian's, which is installed when it is
 * missing and this is root's process. Rejects with what to do otherwise.
 */
export async function ensureChromium(): Promise<string> {
  const named = process.env["CONTRACTOR_CHROMIUM"];
  if (named !== undefined) {
    if (!existsSync(named)) throw new Error(`CONTRACTOR_CHROMIUM is ${named}, and there is no such file.`);
    return named;
  }
  if (existsSync(DEBIAN_CHROMIUM)) return DEBIAN_CHROMIUM;
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) throw missing();
  await aptGet("update");
  await aptGet("install", "--yes", "--no-install-recommends", "chromium");
  return DEBIAN_CHROMIUM;
}

async function aptGet(...args: string[]): Promise<void> {
  const options = ["-o", "DPkg::Lock::Timeout=300", "-qq"];
  const { failed, stderr } = await execa("apt-get", [...options, ...args], {
    env: { DEBIAN_FRONTEND: "noninteractive" },
    reject: false,
    stdin: "ignore",
  });
  if (failed) throw new Error(`${missing().message}\napt-get ${args.join(" ")} failed: ${stderr}`);
}

function missing(): Error {
  return new Error(
    `The tests of the Control UI want a Chromium: install it (\`apt-get install chromium\`), or name another one in CONTRACTOR_CHROMIUM.`,
  );
}
