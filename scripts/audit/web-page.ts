import { writeFile } from "node:fs/promises";
import { createServer } from "node:https";
import path from "node:path";
import { selfSignedCertificate } from "./self-signed-certificate.ts";

/** A page that the conversation has fetched, on loopback. */
export type WebPage = {
  url: string;
  port: number;
  /** What a program has to trust (NODE_EXTRA_CA_CERTS). */
  certificateFile: string;
  visits: () => number;
  close: () => Promise<void>;
};

export async function startWebPage(folder: string): Promise<WebPage> {
  const { key, certificate } = selfSignedCertificate(Date.now());
  const certificateFile = path.join(folder, "page.pem");
  await writeFile(certificateFile, certificate);
  let visits = 0;
  const server = createServer({ key, cert: certificate }, (_request, response) => {
    visits += 1;
    response.writeHead(200, { "content-type": "text/html" });
    response.end("<html><body><h1>The weather</h1><p>Sunny, with a light wind.</p></body></html>");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the page has no port");
  return {
    url: `https://127.0.0.1:${address.port}/weather`,
    port: address.port,
    certificateFile,
    visits: () => visits,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
