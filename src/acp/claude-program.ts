import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const SDK = "@anthropic-ai/claude-agent-sdk";

/** The Claude Code that an adapter runs by itself, a program or a script for Node; null when there is none. */
export function claudeProgramOf(program: string): string | null {
  return claudeBinaryOf(program) ?? claudeScriptOf(program);
}

/** The program of Claude Code that the adapter would find by itself; null when there is none. */
export function claudeBinaryOf(program: string): string | null {
  const found = [
    `${SDK}-${process.platform}-${process.arch}`,
    `${SDK}-${process.platform}-${process.arch}-musl`,
  ]
    .map((name) => resolved(program, `${name}/claude`))
    .filter((path) => path !== null);
  const [first = null, second] = found;
  // npm installs one of the two, for the C library that is there; other package managers may install both.
  return second !== undefined && isMusl() ? second : first;
}

/** Older SDKs have Claude Code as a script beside them. */
function claudeScriptOf(program: string): string | null {
  try {
    const script = join(dirname(createRequire(program).resolve(SDK)), "cli.js");
    return existsSync(script) ? script : null;
  } catch {
    return null;
  }
}

function resolved(program: string, specifier: string): string | null {
  try {
    return createRequire(createRequire(program).resolve(SDK)).resolve(specifier);
  } catch {
    return null;
  }
}

function isMusl(): boolean {
  return existsSync(`/lib/ld-musl-${process.arch === "x64" ? "x86_64" : "aarch64"}.so.1`);
}
