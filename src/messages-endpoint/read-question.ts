import { z } from "zod";
import { blocksOf, type ContentBlock, type MessagesRequest } from "../translator/messages-request.ts";
import type { EndpointImage, EndpointMessage, EndpointTurn } from "./endpoint-turn.ts";
import { FaultError } from "./fault-error.ts";

/** What a request asks, wherever it goes. */
export type Question = Pick<EndpointTurn, "text" | "images" | "system" | "history">;

const IMAGE_TYPES = ["image/png", "image/jpeg", "image/gif", "image/webp"] as const;
/** OpenClaw wants words with each message. */
const IMAGE_ALONE = "(See the image.)";

const imageBlock = z.looseObject({
  source: z.looseObject({
    type: z.literal("base64"),
    media_type: z.enum(IMAGE_TYPES),
    data: z.base64().min(1),
  }),
});

type Said = MessagesRequest["messages"][number];

/**
 * The contractor remembers its conversation, so the new message is what the user has said since the last answer. Everything
 * before that is history. Throws `FaultError` for what a contractor cannot do for a client.
 */
export function readQuestion(request: MessagesRequest, { maxImages }: { maxImages: number }): Question {
  refuseForeignTools(request);
  const said = request.messages.filter(({ role }) => role !== "system");
  const answered = said.findLastIndex(({ role }) => role === "assistant") + 1;
  const news = said.slice(answered).flatMap(({ content }) => blocksOf(content));
  if (answered === said.length) {
    throw new FaultError(400, "messages: the last one must be the user's; an answer cannot be begun for it.");
  }
  const { text, images } = readNews(news);
  if (images.length > maxImages) {
    throw new FaultError(400, `messages: the new message has ${images.length} images; ${maxImages} may be.`);
  }
  return { text, images, system: systemOf(request), history: historyOf(said.slice(0, answered)) };
}

/** Also what the SDK takes for none. */
function refuseForeignTools(request: MessagesRequest): void {
  const given = ["tools", "mcp_servers"].find((name) => {
    const value = request[name];
    return Array.isArray(value) && value.length > 0;
  });
  if (given === undefined) return;
  throw new FaultError(
    400,
    `${given}: a contractor uses its own tools, and none of a client's. Leave it out.`,
  );
}

function readNews(blocks: ContentBlock[]): { text: string; images: EndpointImage[] } {
  const images = blocks.filter(({ type }) => type === "image").map(imageOf);
  const foreign = blocks.find(({ type }) => type !== "image" && type !== "text");
  if (foreign !== undefined) {
    throw new FaultError(
      400,
      `messages: a contractor takes text and images, and no "${foreign.type}" block.`,
    );
  }
  const text = textOf(blocks);
  if (text === "" && images.length === 0) throw new FaultError(400, "messages: the new message is empty.");
  return { text: text === "" ? IMAGE_ALONE : text, images };
}

function imageOf(block: ContentBlock): EndpointImage {
  const { data } = imageBlock.safeParse(block);
  if (data === undefined) {
    throw new FaultError(400, `messages: an image must be given as base64 (${IMAGE_TYPES.join(", ")}).`);
  }
  return { mediaType: data.source.media_type, data: data.source.data };
}

/** The API's `system`, and what stands as such between the messages. */
function systemOf({ system, messages }: MessagesRequest): string | undefined {
  const between = messages.filter(({ role }) => role === "system").map(({ content }) => content);
  const text = [system, ...between].map((content) => textOf(blocksOf(content))).filter(Boolean);
  return text.length === 0 ? undefined : text.join("\n\n");
}

function historyOf(said: Said[]): EndpointMessage[] {
  return said.flatMap(({ role, content }) => {
    const text = textOf(blocksOf(content));
    return text === "" || role === "system" ? [] : [{ role, text }];
  });
}

function textOf(blocks: ContentBlock[]): string {
  const texts = blocks.map(({ type, text }) => (type === "text" ? (text ?? "") : ""));
  return texts.filter(Boolean).join("\n\n").trim();
}
