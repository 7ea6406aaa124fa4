// Bundles src/ with everything it uses into dist/, without dependencies: the host copies a plugin's whole dependency tree
// each time a process loads it, so every package less is time less for every command. dist/index.js is what each process
// loads; what only some need is in files of their own.

import { rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { build } from "rolldown";
import { bundleControlUi } from "./build/bundle-control-ui.ts";
import { bundleReaper } from "./build/bundle-reaper.ts";
import { thirdPartyLicenses } from "./build/third-party-licenses.ts";

const root = resolve(import.meta.dirname, "..");
const outputFolder = resolve(root, "dist");

// A file of an earlier build must not live on in the package.
rmSync(outputFolder, { recursive: true, force: true });

const reaper = await bundleReaper(root);

const { output } = await build({
  cwd: root,
  // OpenClaw loads the second and third one by their names: its doctor, and its look for a provider's policy.
  input: ["src/index.ts", "src/doctor-contract-api.ts", "src/provider-policy-api.ts"],
  platform: "node",
  // The host gives its own copy.
  external: /^openclaw\//,
  transform: { define: { REAPER_PROGRAM: JSON.stringify(reaper.code) } },
  output: { dir: outputFolder, format: "esm", minify: false },
  logLevel: "warn",
});

const page = await bundleControlUi(root, resolve(outputFolder, "control-ui"));

const moduleIds = output.flatMap((file) => (file.type === "chunk" ? file.moduleIds : []));
const licenses = await thirdPartyLicenses([...moduleIds, ...reaper.moduleIds, ...page]);
writeFileSync(resolve(outputFolder, "THIRD-PARTY-LICENSES.txt"), licenses);
