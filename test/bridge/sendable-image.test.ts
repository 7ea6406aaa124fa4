import { describe, expect, it } from "vitest";
import { judgeImage } from "../../src/bridge/sendable-image.ts";
import { GIF, JPEG, PNG, pngOfSize, WEBP_LOSSLESS, WEBP_LOSSY } from "./sample-images.ts";

function judge(data: string, mimeType = "image/png"): ReturnType<typeof judgeImage> {
  return judgeImage({ data, mimeType });
}

function cut(data: string, bytes: number): string {
  return Buffer.from(data, "base64").subarray(0, bytes).toString("base64");
}

describe("judgeImage", () => {
  it.each([
    ["a PNG", PNG, "image/png"],
    ["a JPEG", JPEG, "image/jpeg"],
    ["a GIF", GIF, "image/gif"],
    ["a lossy WebP", WEBP_LOSSY, "image/webp"],
    ["a lossless WebP", WEBP_LOSSLESS, "image/webp"],
  ])("sends %s as what it is, whatever it is called", (_, data, mimeType) => {
    expect(judge(data, "image/x-whatever")).toEqual({ sendable: true, image: { data, mimeType } });
  });

  it("sends an image without the data URL around it", () => {
    const image = { data: PNG, mimeType: "image/png" };
    expect(judge(`data:image/png;base64,${PNG}`)).toEqual({ sendable: true, image });
  });

  it.each([
    ["text", Buffer.from("hello").toString("base64"), "it is no PNG, JPEG, GIF or WebP image"],
    ["nothing", "", "it is no PNG, JPEG, GIF or WebP image"],
    ["no base64", "***", "it is no PNG, JPEG, GIF or WebP image"],
    ["a PNG that was cut off", cut(PNG, 50), "it is broken or incomplete"],
    ["a PNG's beginning", cut(PNG, 8), "it is broken or incomplete"],
    ["a JPEG that was cut off", cut(JPEG, 20), "it is broken or incomplete"],
    [
      "a JPEG without a picture",
      Buffer.from("ffd8ffd9", "hex").toString("base64"),
      "it is broken or incomplete",
    ],
    ["a GIF that was cut off", cut(GIF, 12), "it is broken or incomplete"],
    ["a WebP that was cut off", cut(WEBP_LOSSY, 30), "it is broken or incomplete"],
    ["an image without area", pngOfSize(0, 5), "it is broken or incomplete"],
    ["an image of too many pixels", pngOfSize(10, 8_001), "it is larger than 8000 pixels on a side"],
  ])("does not send %s", (_, data, problem) => {
    expect(judge(data)).toMatchObject({ sendable: false, problem });
  });

  it("does not send what is larger than the API takes, and keeps its bytes", () => {
    const bytes = Buffer.concat([Buffer.from(PNG, "base64"), Buffer.alloc(4 * 1024 * 1024)]);
    const verdict = judge(bytes.toString("base64"));
    expect(verdict).toMatchObject({ sendable: false, problem: expect.stringContaining("5 MB") as string });
    expect(!verdict.sendable && verdict.bytes.byteLength).toBe(bytes.byteLength);
  });
});
