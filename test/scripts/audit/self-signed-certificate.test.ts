import { X509Certificate } from "node:crypto";
import { createServer, request } from "node:https";
import { describe, expect, it } from "vitest";
import { selfSignedCertificate } from "../../../scripts/audit/self-signed-certificate.ts";

describe("selfSignedCertificate", () => {
  const now = Date.UTC(2030, 0, 15, 12);

  it("is for 127.0.0.1, vouches for itself, and lasts a day", () => {
    const certificate = new X509Certificate(selfSignedCertificate(now).certificate);
    expect(certificate.checkIP("127.0.0.1")).toBe("127.0.0.1");
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.ca).toBe(true);
    expect(certificate.validTo).toBe("Jan 16 12:00:00 2030 GMT");
  });

  it("is taken by a client that trusts it", async () => {
    const { key, certificate } = selfSignedCertificate(Date.now());
    const server = createServer({ key, cert: certificate }, (_request, response) => response.end("hello"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const status = await new Promise((resolve, reject) => {
      request({ host: "127.0.0.1", port, ca: certificate, agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on("error", reject)
        .end();
    });
    server.close();
    expect(status).toBe(200);
  });
});
