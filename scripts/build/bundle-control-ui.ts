import { copyFile } from "node:fs/promises";
import { resolve } from "node:path";
import { build } from "rolldown";

/**
 * The page in OpenClaw's Control UI: one module for browsers, and its styles. Resolves to the ids of its modules. Rejects
 * when it would need anything that a browser does not have.
 */
export async function bundleControlUi(root: string, outputFolder: string): Promise<string[]> {
  const { output } = await build({
    cwd: root,
    input: resolve(root, "src/control-ui/index.ts"),
    platform: "browser",
    output: { file: resolve(outputFolder, "index.js"), format: "esm", codeSplitting: false, minify: true },
    logLevel: "warn",
  });
  const [page] = output;
  if (page.imports.length > 0)
    throw new Error(`The page would import ${page.imports.join(", ")} in the browser.`);
  await copyFile(resolve(root, "src/control-ui/style.css"), resolve(outputFolder, "index.css"));
  return page.moduleIds;
}
