import type { PromptImage } from "../acp/acp-adapter.ts";

/** `bytes`: what there is of it, to be kept as a file. */
export type ImageVerdict =
  { sendable: true; image: PromptImage } | { sendable: false; problem: string; bytes: Uint8Array };

/** https://docs.claude.com/en/docs/build-with-claude/vision: 5 MB an image, counted as it is sent. */
const BASE64_LIMIT = 5 * 1024 * 1024;
const PIXEL_LIMIT = 8_000;

type Size = { width: number; height: number };

type ImageFormat = {
  mimeType: string;
  isOne: (bytes: Buffer) => boolean;
  /** Undefined: it is broken or cut off. */
  sizeOf: (bytes: Buffer) => Size | undefined;
};

const FORMATS: ImageFormat[] = [
  { mimeType: "image/png", isOne: (bytes) => startsWith(bytes, "89504e470d0a1a0a"), sizeOf: pngSize },
  { mimeType: "image/jpeg", isOne: (bytes) => startsWith(bytes, "ffd8ff"), sizeOf: jpegSize },
  { mimeType: "image/gif", isOne: (bytes) => startsWith(bytes, "474946383"), sizeOf: gifSize },
  {
    mimeType: "image/webp",
    isOne: (bytes) => startsWith(bytes, "52494646") && bytes.subarray(8, 12).toString("latin1") === "WEBP",
    sizeOf: webpSize,
  },
];

/**
 * Whether Claude's API takes an image. One that it refuses stays in the session's history and has every later turn
 * refused with it, so what is doubtful is not sent. The type is read from the bytes, whatever the sender called it.
 */
export function judgeImage({ data }: PromptImage): ImageVerdict {
  const bytes = Buffer.from(data.replace(/^data:[^,]{0,100},/, ""), "base64");
  const format = FORMATS.find(({ isOne }) => isOne(bytes));
  const refused = (problem: string): ImageVerdict => ({ sendable: false, problem, bytes });
  if (format === undefined) return refused("it is no PNG, JPEG, GIF or WebP image");
  const base64 = bytes.toString("base64");
  if (base64.length > BASE64_LIMIT)
    return refused("it is larger than the 5 MB that Claude takes as an image");
  const size = format.sizeOf(bytes);
  if (size === undefined || size.width === 0 || size.height === 0)
    return refused("it is broken or incomplete");
  if (Math.max(size.width, size.height) > PIXEL_LIMIT) {
    return refused(`it is larger than ${PIXEL_LIMIT} pixels on a side`);
  }
  return { sendable: true, image: { data: base64, mimeType: format.mimeType } };
}

function startsWith(bytes: Buffer, hex: string): boolean {
  return bytes.subarray(0, 8).toString("hex").startsWith(hex);
}

/** Header chunk first, end chunk last. */
function pngSize(bytes: Buffer): Size | undefined {
  if (bytes.length < 45 || bytes.lastIndexOf("IEND", undefined, "latin1") === -1) return undefined;
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

function gifSize(bytes: Buffer): Size | undefined {
  if (bytes.length < 14 || bytes.lastIndexOf(0x3b) < 13) return undefined;
  return { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) };
}

/** Walks the segments to the frame header, and wants the end marker somewhere behind it. */
function jpegSize(bytes: Buffer): Size | undefined {
  let at = 2;
  while (at + 9 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1] ?? 0;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) {
      const complete = bytes.lastIndexOf(Buffer.from([0xff, 0xd9])) > at;
      return complete ? { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) } : undefined;
    }
    // 0xff may fill the room between two segments.
    at += marker === 0xff ? 1 : 2 + bytes.readUInt16BE(at + 2);
  }
  return undefined;
}

/** Three kinds: lossy, lossless, extended (https://developers.google.com/speed/webp/docs/riff_container). */
function webpSize(bytes: Buffer): Size | undefined {
  if (bytes.length < 30 || bytes.readUInt32LE(4) + 8 > bytes.length) return undefined;
  const kind = bytes.subarray(12, 16).toString("latin1");
  if (kind === "VP8 ")
    return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
  if (kind === "VP8X") return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 };
  if (kind !== "VP8L") return undefined;
  const bits = bytes.readUInt32LE(21);
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
}
