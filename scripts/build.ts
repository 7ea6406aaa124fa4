// Compiles src/ to dist/: ESM with its declarations, imports rewritten from .ts to .js.

import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");

// A file that was removed from src/ must not live on in the package.
rmSync(resolve(root, "dist"), { recursive: true, force: true });

const compiler = resolve(root, "node_modules/typescript/bin/tsc");
const { status } = spawnSync(process.execPath, [compiler, "-p", "tsconfig.build.json"], {
  cwd: root,
  stdio: "inherit",
});
process.exitCode = status ?? 1;
