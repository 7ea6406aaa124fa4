import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { keySourceOf, resolveEndpointKey } from "../../src/endpoint/endpoint-key.ts";
import { sampleEndpoint } from "../contractor/metadata.ts";

const SECRET = "sk-secret-value";
const REFERENCE = { source: "store", provider: "default", id: "KIMI" } as const;
const SOURCES = { ambient: { LOCAL_KEY: ` ${SECRET}\n` }, resolveSecret: () => Promise.resolve(SECRET) };

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "key-"));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

const missing = {
  code: "endpoint-key-missing",
  message: expect.stringMatching(/^(?=.*"local")(?!.*sk-)/) as string,
  mend: expect.not.stringContaining("sk-") as string,
};

describe("an endpoint's key", () => {
  it("comes from a variable, a file or one of OpenClaw's secrets, without the space around it", async () => {
    const apiKeyFile = join(await folder(), "key");
    await writeFile(apiKeyFile, `${SECRET}\n`);
    const none = { apiKeyEnv: undefined };
    expect(await resolveEndpointKey(sampleEndpoint(), SOURCES)).toBe(SECRET);
    expect(await resolveEndpointKey(sampleEndpoint({ ...none, apiKeyFile }), SOURCES)).toBe(SECRET);
    expect(await resolveEndpointKey(sampleEndpoint({ ...none, apiKeyRef: REFERENCE }), SOURCES)).toBe(SECRET);
    expect(await resolveEndpointKey(sampleEndpoint(none), SOURCES)).toBeUndefined();
  });

  it.each([undefined, "", " \n"])("is missing when its variable is %j", async (key) => {
    const sources = { ...SOURCES, ambient: { LOCAL_KEY: key } };
    await expect(resolveEndpointKey(sampleEndpoint(), sources)).rejects.toMatchObject(missing);
  });

  it("is missing when its file is not there or empty, or its secret cannot be had, and no secret is repeated", async () => {
    const path = await folder();
    await writeFile(join(path, "empty"), "\n");
    for (const name of ["nowhere", "empty"]) {
      const endpoint = sampleEndpoint({ apiKeyEnv: undefined, apiKeyFile: join(path, name) });
      await expect(resolveEndpointKey(endpoint, SOURCES)).rejects.toMatchObject(missing);
    }
    const endpoint = sampleEndpoint({ apiKeyEnv: undefined, apiKeyRef: REFERENCE });
    for (const resolveSecret of [
      () => Promise.reject(new Error(`vault said ${SECRET}`)),
      () => Promise.resolve(undefined),
      () => Promise.resolve({ secret: SECRET }),
    ]) {
      await expect(resolveEndpointKey(endpoint, { ...SOURCES, resolveSecret })).rejects.toMatchObject(
        missing,
      );
    }
  });

  it("is told of by where it comes from", () => {
    expect(keySourceOf(sampleEndpoint())).toBe("LOCAL_KEY");
    expect(keySourceOf({ apiKeyFile: "/run/key" })).toBe("/run/key");
    expect(keySourceOf({ apiKeyRef: REFERENCE })).toBe("store:default:KIMI");
    expect(keySourceOf({})).toBe("no key");
  });
});
