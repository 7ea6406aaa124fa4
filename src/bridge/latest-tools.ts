import { readFileSync } from "node:fs";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import type { SessionTools } from "./turn.ts";

const offeredToolSchema = z.object({
  name: z.string(),
  description: z.string(),
  inputSchema: z.record(z.string(), z.unknown()),
  readOnly: z.boolean(),
  atHand: z.boolean(),
});

const fileSchema = z.object({
  agents: z.record(
    z.string(),
    z
      .object({
        nativeTools: z.array(z.string()).optional(),
        openclawTools: z.array(offeredToolSchema).readonly().nullable(),
      })
      // A list that is left out in JSON is one that restricts nothing.
      .transform(({ nativeTools, openclawTools }): SessionTools => ({ nativeTools, openclawTools })),
  ),
});

/**
 * By agent: the tools of its latest turn. The next one is likely to have the same, and only a turn can tell: a session that is
 * opened before its turn has come is opened with these. Kept in a file, for the first session after the start of a Gateway.
 */
export type LatestTools = {
  of(agentId: string): SessionTools | undefined;
  note(agentId: string, tools: SessionTools): void;
  /** Resolves when everything noted is on disk. */
  flush(): Promise<void>;
};

/** Problems with the file go to `log`: a session that is opened with other tools is not used. */
export function createLatestTools({
  path,
  log,
}: {
  path: string;
  log: (message: string) => void;
}): LatestTools {
  const known = new Map(Object.entries(readTools(path)));
  let written: Promise<void> = Promise.resolve();

  return {
    of: (agentId) => known.get(agentId),
    note(agentId, tools) {
      if (sameTools(known.get(agentId), tools)) return;
      known.set(agentId, tools);
      written = written
        .then(() => writeTools(path, { agents: Object.fromEntries(known) }))
        .catch((cause: unknown) => {
          log(`the tools of the latest turns could not be kept in ${path}: ${String(cause)}`);
        });
    },
    flush: () => written,
  };
}

function sameTools(one: SessionTools | undefined, other: SessionTools): boolean {
  return (
    one !== undefined &&
    isSame(one.nativeTools, other.nativeTools) &&
    isSame(one.openclawTools, other.openclawTools)
  );
}

function isSame(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

/** Nothing where there is no file, or none that can be read. */
function readTools(path: string): Record<string, SessionTools> {
  try {
    return fileSchema.parse(JSON.parse(readFileSync(path, "utf8"))).agents;
  } catch {
    return {};
  }
}

async function writeTools(path: string, content: z.input<typeof fileSchema>): Promise<void> {
  const draft = `${path}.${process.pid}.tmp`;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(draft, JSON.stringify(content), { mode: 0o600 });
  await rename(draft, path);
}
