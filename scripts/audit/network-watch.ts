import { createSocket } from "node:dgram";
import { createServer, type Socket } from "node:net";
import type { Attempt } from "./attempt.ts";
import { dnsAnswer, readDnsQuery } from "./dns-packet.ts";
import { lineageOfPort } from "./socket-owner.ts";

/** What was seen in a closed network. `names`: of the addresses that were given away. */
export type Watched = { attempts: Attempt[]; names: Record<string, string> };

const DNS_PORT = 53;
/** Where programs that phone home knock. */
const WEB_PORTS = [80, 443];

/**
 * The whole world of a closed network in which every address is this machine: a name server that knows every name, each
 * with an address of its own, and servers that take a connection and say nothing. So a program that found its first
 * name takes its next step, too.
 */
export async function watchNetwork(): Promise<Watched> {
  const watched: Watched = { attempts: [], names: {} };
  const given = new Map<string, string>();
  const note = async (target: Attempt["target"], owner: Promise<string[]>): Promise<void> => {
    watched.attempts.push({ target, lineage: await owner });
  };

  const names = createSocket("udp4");
  names.on("message", (packet, { port, address }) => {
    const query = readDnsQuery(packet);
    if (query === null) return;
    const answer = given.get(query.name) ?? addressNumber(given.size);
    given.set(query.name, answer);
    watched.names[answer] = query.name;
    // The one who asks has its socket open until it is answered.
    void note({ name: query.name }, lineageOfPort(port)).finally(() => {
      names.send(dnsAnswer(query, answer), port, address);
    });
  });
  await new Promise<void>((resolve) => {
    names.bind(DNS_PORT, "127.0.0.1", resolve);
  });

  for (const port of WEB_PORTS) {
    await listen(port, (socket) => {
      const address = (socket.localAddress ?? "").replace(/^::ffff:/, "");
      void note({ address, port }, lineageOfPort(socket.remotePort ?? 0, port)).finally(() =>
        socket.destroy(),
      );
    });
  }
  return watched;
}

async function listen(port: number, onConnection: (socket: Socket) => void): Promise<void> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    onConnection(socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, "::", resolve);
  });
}

/** From 198.18.0.0/15, which is kept free for measuring networks (RFC 2544). */
function addressNumber(index: number): string {
  return `198.18.${Math.floor(index / 250)}.${(index % 250) + 1}`;
}
