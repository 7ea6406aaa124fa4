import { describe, expect, it } from "vitest";
import { dnsAnswer, readDnsQuery } from "../../../scripts/audit/dns-packet.ts";

/** A resolver's question for the IPv4 address of example.com, as it was seen. */
const QUERY = Buffer.from("8a6b01000001000000000000076578616d706c6503636f6d0000010001", "hex");

/** The same with other bytes from `at` on. */
function changed(at: number, ...bytes: number[]): Buffer {
  const packet = Buffer.from(QUERY);
  packet.set(bytes, at);
  return packet;
}

describe("readDnsQuery", () => {
  it("reads the name and the type", () => {
    expect(readDnsQuery(QUERY)).toMatchObject({ id: 0x8a6b, name: "example.com", type: 1 });
  });

  it("reads a query that says more than its question, as resolvers do with EDNS", () => {
    const options = Buffer.from("00002904d000000000000000", "hex");
    expect(readDnsQuery(Buffer.concat([changed(11, 1), options]))?.name).toBe("example.com");
  });

  it("lowers the letters, which some resolvers mix on purpose", () => {
    expect(readDnsQuery(changed(13, 0x45, 0x58))?.name).toBe("example.com");
  });

  it.each([
    ["an answer", changed(2, 0x81)],
    ["two questions", changed(5, 2)],
    ["a class that is not the internet's", changed(QUERY.length - 1, 3)],
    ["a label that runs out of the packet", changed(12, 60)],
    ["a label with bytes that no name has", changed(13, 0x20)],
    ["no name", Buffer.from("8a6b0100000100000000000000000100010000", "hex")],
    ["a cut packet", QUERY.subarray(0, QUERY.length - 2)],
    ["nothing", Buffer.alloc(0)],
    ["text", Buffer.from("POST /v1/messages HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")],
  ])("takes %s for no query", (_what, packet) => {
    expect(readDnsQuery(packet)).toBeNull();
  });
});

describe("dnsAnswer", () => {
  it("answers the question with the address", () => {
    const query = readDnsQuery(QUERY);
    if (query === null) throw new Error("the sample is a query");
    const answer = dnsAnswer(query, "198.18.0.7");
    expect(answer.subarray(0, 12).toString("hex")).toBe("8a6b81800001000100000000");
    expect(answer.subarray(12, QUERY.length).equals(QUERY.subarray(12))).toBe(true);
    expect([...answer.subarray(-4)]).toEqual([198, 18, 0, 7]);
  });

  it("has no record for another type, which is no error either", () => {
    const query = readDnsQuery(changed(QUERY.length - 3, 28));
    if (query === null) throw new Error("the sample is a query");
    const answer = dnsAnswer(query, "198.18.0.7");
    expect(answer.subarray(0, 12).toString("hex")).toBe("8a6b81800001000000000000");
    expect(answer).toHaveLength(QUERY.length);
  });
});
