import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { saveMediaBuffer } from "openclaw/plugin-sdk/media-store";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { attachmentsOf, type HostMedia } from "../../src/openclaw/attempt-attachments.ts";
import { PNG } from "../bridge/sample-images.ts";

const INLINE = { type: "image" as const, data: PNG, mimeType: "image/png" };

let state: string;

beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), "media-"));
  vi.stubEnv("OPENCLAW_STATE_DIR", state);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(state, { recursive: true, force: true });
});

function attachments(host: Omit<HostMedia, "workspaceDir">): ReturnType<typeof attachmentsOf> {
  return attachmentsOf({ ...host, workspaceDir: state });
}

async function stored(
  content: Buffer | string,
  contentType: string,
  name: string,
): Promise<{ url: string; path: string }> {
  const saved = await saveMediaBuffer(Buffer.from(content), contentType, "inbound", undefined, name);
  return { url: `media://inbound/${saved.id}`, path: saved.path };
}

describe("attachmentsOf", () => {
  it("has none for a message without", async () => {
    expect(await attachments({})).toEqual({ images: [], attachments: [] });
  });

  it("takes the host's inline images", async () => {
    expect(await attachments({ images: [INLINE] })).toEqual({
      images: [{ data: PNG, mimeType: "image/png" }],
      attachments: [],
    });
  });

  it("loads an image that the host put aside", async () => {
    const { url, path } = await stored(Buffer.from(PNG, "base64"), "image/png", "photo.png");
    const media = [{ url, path, contentType: "image/png", kind: "image" as const }];
    const { images, attachments: files } = await attachments({ media, imageOrder: ["offloaded"] });
    expect(images).toHaveLength(1);
    expect(images[0]?.mimeType).toBe("image/png");
    expect(files).toEqual([]);
  });

  it("names the host's copy of every other file, as the sender called it", async () => {
    const { url } = await stored("%PDF-1.4", "application/pdf", "the plan.pdf");
    const { attachments: files } = await attachments({
      media: [{ url, contentType: "application/pdf", fileName: "the plan.pdf" }],
    });
    expect(files).toMatchObject([{ name: "the plan.pdf", mimeType: "application/pdf" }]);
    expect(await readFile(files[0]?.path ?? "", "utf8")).toBe("%PDF-1.4");
  });

  it("calls a file by the host's name for it, without what the host added", async () => {
    const { path } = await stored("hi", "text/plain", "notes.txt");
    const { attachments: files } = await attachments({ media: [{ path }] });
    expect(files).toEqual([{ name: "notes.txt", mimeType: undefined, path }]);
  });

  it("leaves out a voice message whose words are in the text", async () => {
    const { path } = await stored("RIFF", "audio/wav", "voice.wav");
    expect((await attachments({ media: [{ path, transcribed: true }] })).attachments).toEqual([]);
  });

  it("has a broken image come as a file, and keeps the ones beside it", async () => {
    const path = join(state, "broken.png");
    await writeFile(path, "no image");
    const media = [{ path, contentType: "image/png", kind: "image" as const }];
    const { images, attachments: files } = await attachments({ images: [INLINE], media });
    expect(images).toHaveLength(1);
    expect(files).toMatchObject([{ name: "broken.png", path }]);
  });

  it("has a file that is gone come as one that cannot be read", async () => {
    const media = [{ url: "media://inbound/gone---11111111-1111-4111-8111-111111111111.pdf" }];
    expect((await attachments({ media })).attachments).toEqual([
      { name: "gone.pdf", mimeType: undefined, path: "" },
    ]);
  });

  it("does not follow a name out of the host's store", async () => {
    const media = [{ url: "media://inbound/..%2f..%2fsecret" }, { url: "media://inbound/../../secret" }];
    const { attachments: files } = await attachments({ media });
    expect(files.map(({ path }) => path)).toEqual(["", ""]);
  });

  it("finds the files that only the host's lines in front of the message name", async () => {
    const plan = await stored("the plan", "application/pdf", "plan.pdf");
    const photo = await stored(Buffer.from(PNG, "base64"), "image/png", "photo.png");
    const prompt = [
      "[media attached: 2 files]",
      `[media attached 1/2: ${plan.url} (application/pdf) "plan.pdf"]`,
      `[media attached 2/2: ${photo.url} (image/png)]`,
      "look at these",
      "[media attached: media://inbound/quoted.pdf]",
    ].join("\n");
    expect(await attachments({ prompt })).toEqual({
      images: [{ data: PNG, mimeType: "image/png" }],
      attachments: [{ name: "plan.pdf", mimeType: "application/pdf", path: plan.path }],
    });
  });
});
