import { keepInboundFiles, type InboundFile, type KeptFile } from "../contractor/inbound-files.ts";
import { withoutControlCharacters } from "./harmless-text.ts";
import { buildClaudeTurnPayload, type ClaudeTurnPayload } from "./input-filter.ts";
import { judgeImage } from "./sendable-image.ts";
import type { InboundMessage } from "./turn.ts";

/** Of one message, in base64 characters: a request to the API has 32 MB in all. */
const IMAGES_TOTAL_LIMIT = 16 * 1024 * 1024;
const IMAGES_LIMIT = 20;

type FileToKeep = InboundFile & {
  mimeType: string | undefined;
  /** Why an image comes as a file. */
  because: string | undefined;
};

/**
 * What is sent for a message: its images as images where the agent takes them (`images`) and Claude's API will too, and
 * everything else as files in the workspace, with a note of where they are or why they are not there.
 * Rejects with `usage` for a message that says nothing at all, and for no other reason.
 */
export async function prepareInbound(
  message: InboundMessage,
  { workspace, images }: { workspace: string; images: boolean },
): Promise<ClaudeTurnPayload> {
  const judged = sortImages(message, images);
  const files = [...judged.files, ...message.attachments.map(fileOf)];
  const kept = files.length === 0 ? [] : await keepInboundFiles(files, { workspace });
  const notes = kept.map((file, index) => noteOf(file, files[index]));
  return buildClaudeTurnPayload({ ...message, images: judged.images }, notes);
}

function sortImages(
  message: InboundMessage,
  taken: boolean,
): { images: InboundMessage["images"]; files: FileToKeep[] } {
  const images: InboundMessage["images"] = [];
  const files: FileToKeep[] = [];
  let total = 0;
  for (const [index, image] of message.images.entries()) {
    const verdict = judgeImage(image);
    const tooMany = images.length >= IMAGES_LIMIT || total + image.data.length > IMAGES_TOTAL_LIMIT;
    if (verdict.sendable && taken && !tooMany) {
      images.push(verdict.image);
      total += verdict.image.data.length;
      continue;
    }
    files.push({
      name: `image-${index + 1}.${extensionOf(verdict.sendable ? verdict.image.mimeType : image.mimeType)}`,
      source: { data: verdict.sendable ? Buffer.from(verdict.image.data, "base64") : verdict.bytes },
      mimeType: verdict.sendable ? verdict.image.mimeType : image.mimeType,
      because: verdict.sendable ? undefined : verdict.problem,
    });
  }
  return { images, files };
}

function fileOf({ name, mimeType, path }: InboundMessage["attachments"][number]): FileToKeep {
  return { name, mimeType, source: { path }, because: undefined };
}

function extensionOf(mimeType: string): string {
  return /^image\/([a-z0-9]{2,8})/.exec(mimeType)?.[1] ?? "bin";
}

function noteOf(kept: KeptFile, file: FileToKeep | undefined): string {
  if ("problem" in kept) return `- ${kept.name} could not be kept: ${kept.problem}.`;
  const type = /^[\w.+-]+\/[\w.+-]+$/.exec(file?.mimeType ?? "")?.[0];
  const told = [type, file?.because && `not shown as an image: ${file.because}`].filter(Boolean).join("; ");
  return withoutControlCharacters(`- ${kept.path}${told === "" ? "" : ` (${told})`}`);
}
