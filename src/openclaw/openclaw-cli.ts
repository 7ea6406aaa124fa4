import { execa } from "execa";
import { z } from "zod";

/** How another OpenClaw command ended. `failure` is its own words, undefined when it succeeded. */
export type OpenClawCommandResult = { output: unknown; failure: string | undefined };

const COMMAND_TIMEOUT_MS = 120_000;

/** Runs an OpenClaw command with `--json` in the same installation, state and configuration as the one that runs us. */
export async function runOpenClaw(args: string[]): Promise<OpenClawCommandResult> {
  const [, entry] = process.argv;
  if (entry === undefined) return { output: undefined, failure: "the openclaw program could not be found" };
  const result = await execa(process.execPath, [entry, ...args, "--json"], {
    reject: false,
    stdin: "ignore",
    timeout: COMMAND_TIMEOUT_MS,
  });
  const output = parseJson(result.stdout);
  if (!result.failed) return { output, failure: undefined };
  return { output, failure: wordsOf(output) ?? (result.stderr.trim() || result.shortMessage) };
}

const failureSchema = z.looseObject({
  error: z.union([z.string(), z.looseObject({ message: z.string() })]),
});

function wordsOf(output: unknown): string | undefined {
  const parsed = failureSchema.safeParse(output);
  if (!parsed.success) return undefined;
  const { error } = parsed.data;
  return typeof error === "string" ? error : error.message;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not every OpenClaw command keeps its promise of JSON when it fails; stderr has the words then.
    return undefined;
  }
}
