import { join } from "node:path";
import { preloadArguments } from "./node-preload.ts";

const KEPT_MS = 24 * 60 * 60_000;

/**
 * Claude Code 2.1.44 asks `npm root -g` at each start and waits for the answer, which takes npm an eighth of the whole
 * start: the description of its /sandbox says whether a package is there. The answer is kept for a day, as long as what npm goes by
 * is the same. These are arguments of the Node that runs it. `folder`: where the adapters' files are.
 */
export function npmRootCacheArguments(folder: string): string[] {
  const program = `
import childProcess from "node:child_process";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
const path = ${JSON.stringify(join(folder, "npm-root.json"))};
const { execSync } = childProcess;
childProcess.execSync = (command, options) => {
  if (command !== "npm root -g") return execSync(command, options);
  const { PATH, HOME, PREFIX, npm_config_prefix, NPM_CONFIG_PREFIX } = process.env;
  const asked = JSON.stringify([PATH, HOME, PREFIX, npm_config_prefix, NPM_CONFIG_PREFIX]);
  try {
    const kept = JSON.parse(readFileSync(path, "utf8"));
    if (kept.asked === asked && Date.now() - kept.at < ${KEPT_MS}) return kept.answer;
  } catch {
    // Nothing is kept, or nothing that can be read: npm knows.
  }
  const answer = execSync(command, options);
  try {
    const draft = path + "." + process.pid + ".tmp";
    writeFileSync(draft, JSON.stringify({ asked, at: Date.now(), answer: String(answer) }), { mode: 0o600 });
    renameSync(draft, path);
  } catch {
    // The next start asks again.
  }
  return answer;
};
syncBuiltinESMExports();
`;
  return preloadArguments(program);
}
