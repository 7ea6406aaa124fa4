import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { listeningPorts, readSocketTable } from "../../../scripts/audit/socket-owner.ts";

const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 90210 1 0 100 0 0 10 0
   1: 0100007F:C350 0100007F:1F90 01 00000000:00000000 00:00000000 00000000     0        0 90211 1 0 20 4 30 10 -1
`;

describe("readSocketTable", () => {
  it("reads ports, state and owner's inode of each row", () => {
    expect(readSocketTable(TABLE)).toEqual([
      { localPort: 8080, remotePort: 0, listens: true, inode: "90210" },
      { localPort: 50000, remotePort: 8080, listens: false, inode: "90211" },
    ]);
  });
});

describe.runIf(process.platform === "linux")("listeningPorts", () => {
  it("finds the ports that a process listens on", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const ports = await listeningPorts(process.pid);
    server.close();
    expect(ports).toContain(typeof address === "object" ? address?.port : undefined);
  });
});
