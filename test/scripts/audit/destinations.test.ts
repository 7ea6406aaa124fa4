import { describe, expect, it } from "vitest";
import type { Attempt } from "../../../scripts/audit/attempt.ts";
import { destinationsOf, unexpectedOf } from "../../../scripts/audit/destinations.ts";
import type { Stand } from "../../../scripts/audit/stand.ts";

const STAND: Stand = {
  endpoint: 4001,
  page: 4002,
  gateway: 4003,
  toolServers: [4004],
  pageVisits: 1,
  problems: [],
};
const CLAUDE = ["/opt/claude -p", "/usr/bin/node /x/claude-code-acp/dist/index.js"];
const GATEWAY = ["/usr/bin/node /x/openclaw.mjs gateway run"];

function tried(address: string, port: number, lineage = CLAUDE): Attempt {
  return { target: { address, port }, lineage };
}

describe("destinationsOf", () => {
  it.each([
    [4001, "the configured endpoint", true],
    [4002, "the page that the person had fetched", true],
    [4003, "the Gateway", false],
    [4004, "the plugin's tool gate and tool server", true],
    [4005, "something on this machine", false],
  ])("says what port %i of loopback is: %s", (port, what, expected) => {
    const [row] = destinationsOf([tried("127.0.0.1", port)], { stand: STAND, names: {} });
    expect(row).toMatchObject({ what, expected, adapter: "claude-code-acp", origin: "contractor" });
  });

  it("expects nothing outside, though the port be a known one's", () => {
    const names = { "198.18.0.1": "api.example.com" };
    const [row] = destinationsOf([tried("198.18.0.1", 4001)], { stand: STAND, names });
    expect(row).toMatchObject({ what: "the outside", name: "api.example.com", expected: false });
  });

  it("expects no name to be looked up, and no name server to be asked", () => {
    const attempts = [tried("127.0.0.1", 53), { target: { name: "api.example.com" }, lineage: CLAUDE }];
    expect(unexpectedOf(destinationsOf(attempts, { stand: STAND, names: {} }))).toHaveLength(2);
  });

  it("counts what is the same, and tells the Gateway's own apart", () => {
    const attempts = [tried("127.0.0.1", 4001), tried("127.0.0.1", 4001), tried("198.18.0.2", 443, GATEWAY)];
    const rows = destinationsOf(attempts, { stand: STAND, names: {} });
    expect(rows.map(({ origin, times }) => [origin, times])).toEqual([
      ["contractor", 2],
      ["gateway", 1],
    ]);
    expect(unexpectedOf(rows)).toEqual([]);
  });

  it("judges what nobody can be named for", () => {
    const rows = destinationsOf([tried("198.18.0.2", 443, ["/opt/claude -p", "/sbin/init"])], {
      ...{ stand: STAND, names: {} },
    });
    expect(unexpectedOf(rows)).toHaveLength(1);
  });
});
