import { basename } from "node:path";
import { detectAndLoadAgentHarnessPromptImages } from "openclaw/plugin-sdk/agent-harness-runtime";
import { resolveMediaBufferPath } from "openclaw/plugin-sdk/media-store";
import type { InboundAttachment, InboundMessage } from "../bridge/turn.ts";
import type { AttemptParams } from "./harness-types.ts";

export type HostMedia = Pick<AttemptParams, "images" | "imageOrder" | "media"> & {
  workspaceDir: string;
  /** The host's prompt, whose first lines name the attachments for which it gives no facts. */
  prompt?: string;
};

type MediaFact = NonNullable<AttemptParams["media"]>[number];

/** How the host names one attachment of a message: media-note of the host. */
const NOTE =
  /^\[media attached(?: \d+\/\d+)?: media:\/\/inbound\/([^/\s\]]+)(?: \(([^)\s]+)\))?(?: "([^"]*)")?\]$/;
const COUNT = /^\[media attached: \d+ files\]$/;
const INBOUND = /^media:\/\/inbound\/([^/\s]+)$/;

/**
 * Everything that came with a message: images that the host handed over or can load, and paths of the host's own copies
 * of all else. Never rejects: what cannot be loaded is a file whose absence is told.
 */
export async function attachmentsOf(
  host: HostMedia,
): Promise<Pick<InboundMessage, "images" | "attachments">> {
  const media = host.media?.length ? host.media : mediaNamedIn(host.prompt ?? "");
  const { images, shown } = await imagesOf({ ...host, media });
  const files = media.filter((fact, index) => !shown.has(index) && fact.transcribed !== true);
  return {
    images,
    attachments: await Promise.all(files.filter(hasSource).map(attachmentOf)),
  };
}

/**
 * `chat.send` tells of files in nothing but the lines in front of the message. A person can write such lines too; but the
 * host's ids cannot be guessed, and lead nowhere but to what was sent to this OpenClaw.
 */
function mediaNamedIn(prompt: string): MediaFact[] {
  const lines = prompt.split("\n");
  const end = lines.findIndex((line) => !NOTE.test(line) && !COUNT.test(line));
  return lines.slice(0, end === -1 ? lines.length : end).flatMap((line) => {
    const [, id, contentType, fileName] = NOTE.exec(line) ?? [];
    if (id === undefined) return [];
    return [
      {
        url: `media://inbound/${id}`,
        ...(contentType === undefined ? {} : { contentType }),
        ...(contentType?.startsWith("image/") ? { kind: "image" as const } : {}),
        ...(fileName === undefined ? {} : { fileName }),
      },
    ];
  });
}

/** `shown`: which of the facts are among the images. */
async function imagesOf(host: HostMedia): Promise<{ images: InboundMessage["images"]; shown: Set<number> }> {
  const inline = (host.images ?? []).map(({ data, mimeType }) => ({ data, mimeType }));
  if ((host.media ?? []).length === 0) return { images: inline, shown: new Set() };
  const loaded = await detectAndLoadAgentHarnessPromptImages({
    // Paths in the person's own words are Claude Code's to read, or not.
    prompt: "",
    workspaceDir: host.workspaceDir,
    // Whether the agent takes images is asked later; as files they are not lost.
    model: { input: ["text", "image"] },
    ...(host.images === undefined ? {} : { existingImages: host.images }),
    ...(host.imageOrder === undefined ? {} : { imageOrder: host.imageOrder }),
    ...(host.media === undefined ? {} : { media: host.media }),
  }).catch(() => null);
  // Which one failed is not told: then all that the host has on disk come as files.
  if (loaded === null || loaded.failedMediaCount > 0) return { images: inline, shown: new Set() };
  return {
    images: loaded.images.map(({ data, mimeType }) => ({ data, mimeType })),
    shown: new Set(loaded.imageFactIndexes.filter((index) => index !== null)),
  };
}

/** An inline image has neither: it is among the images already. */
function hasSource({ path, url }: MediaFact): boolean {
  return path !== undefined || url !== undefined;
}

async function attachmentOf(fact: MediaFact): Promise<InboundAttachment> {
  const id = idOf(fact);
  const stored = id === undefined ? undefined : await resolveMediaBufferPath(id).catch(() => undefined);
  return {
    name: fact.fileName ?? nameOf(id ?? fact.path ?? ""),
    mimeType: fact.contentType,
    // A name that does not exist is told as a file that cannot be read.
    path: stored ?? fact.path ?? "",
  };
}

/** The host keeps a file as `<name>---<uuid>.<extension>`. */
function nameOf(stored: string): string {
  return basename(stored).replace(/---[0-9a-f-]{36}(?=\.|$)/, "");
}

function idOf({ path, url }: MediaFact): string | undefined {
  return INBOUND.exec(path ?? "")?.[1] ?? INBOUND.exec(url ?? "")?.[1];
}
