import { resolve } from "node:path";
import { build } from "rolldown";

/** The program that ends what a killed Gateway left, as one text: it runs when no file of the plugin may be left. */
export async function bundleReaper(root: string): Promise<{ code: string; moduleIds: string[] }> {
  const { output } = await build({
    cwd: root,
    input: resolve(root, "src/process/reap.ts"),
    platform: "node",
    write: false,
    output: { format: "esm", codeSplitting: false, minify: true },
    logLevel: "warn",
  });
  const [{ code, moduleIds }] = output;
  return { code, moduleIds };
}
