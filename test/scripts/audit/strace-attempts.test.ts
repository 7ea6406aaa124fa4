import { describe, expect, it } from "vitest";
import { originOf, programOf, targetId, type Attempt } from "../../../scripts/audit/attempt.ts";
import { createTrace } from "../../../scripts/audit/strace-attempts.ts";
import { createStraceReader } from "../../../scripts/audit/strace-line.ts";

const ADAPTER = "/world/node_modules/@agentclientprotocol/claude-agent-acp/dist/index.js";

function attemptsIn(lines: string[]): Attempt[] {
  const trace = createTrace();
  const read = createStraceReader();
  for (const line of lines) {
    const call = read(line);
    if (call !== undefined) trace.add(call);
  }
  return trace.attempts();
}

function connect(pid: number, address: string, port: number): string {
  return `${pid} connect(9, {sa_family=AF_INET, sin_port=htons(${port}), sin_addr=inet_addr("${address}")}, 16) = 0`;
}

function execve(pid: number, ...words: string[]): string {
  const list = words.map((word) => `"${word}"`).join(", ");
  return `${pid} execve("${words[0] ?? ""}", [${list}], 0x7ffd /* 30 vars */) = 0`;
}

describe("createTrace", () => {
  it("tells whose an attempt is, through processes and threads below the adapter", () => {
    const [attempt] = attemptsIn([
      execve(1, "/usr/bin/node", "/repo/openclaw.mjs", "gateway", "run"),
      "1 vfork() = 2",
      execve(2, "/usr/bin/node", ADAPTER),
      "2 clone(child_stack=NULL, flags=CLONE_VM) = 3",
      execve(3, "/opt/claude", "-p"),
      "3 clone3({flags=CLONE_THREAD}, 88) = 4",
      connect(4, "198.18.0.1", 443),
    ]);
    if (attempt === undefined) throw new Error("there is an attempt");
    expect(originOf(attempt)).toEqual({ origin: "contractor", adapter: "claude-agent-acp" });
    expect(programOf(attempt)).toBe("/opt/claude");
    expect(targetId(attempt.target)).toBe("198.18.0.1:443");
  });

  it("knows a child whose first line came before its parent's", () => {
    const [attempt] = attemptsIn([
      execve(1, "/usr/bin/node", ADAPTER),
      connect(2, "127.0.0.1", 4000),
      "1 clone(child_stack=NULL) = 2",
    ]);
    expect(attempt?.lineage).toEqual([`/usr/bin/node ${ADAPTER}`]);
  });

  it("takes a question to a name server for the name, and the server for a destination", () => {
    const query = String.raw`\x8a\x6b\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07\x65\x78\x61\x6d\x70\x6c\x65\x03\x63\x6f\x6d\x00\x00\x01\x00\x01`;
    const targets = attemptsIn([
      connect(5, "10.0.0.53", 53),
      `5 sendmmsg(3, [{msg_hdr={msg_name=NULL, msg_iov=[{iov_base="${query}", iov_len=29}]}, msg_len=29}], 1, 0) = 1`,
    ]).map(({ target }) => targetId(target));
    expect(targets).toEqual(["10.0.0.53:53", "example.com"]);
  });

  it("leaves out what a process sends into the kernel or to a socket file", () => {
    expect(
      attemptsIn([
        "5 sendto(3, [{nlmsg_len=20, nlmsg_type=RTM_GETADDR}], 20, 0, {sa_family=AF_NETLINK, nl_pid=0}, 12) = 20",
        '5 connect(4, {sa_family=AF_UNIX, sun_path="/var/run/nscd/socket"}, 110) = -1 ENOENT (No such file)',
        connect(5, "198.18.0.1", 0),
      ]),
    ).toEqual([]);
  });
});

describe("originOf", () => {
  it.each([
    [["/usr/bin/node /repo/node_modules/openclaw/openclaw.mjs gateway run"], "gateway"],
    [["/usr/bin/node worker.js", "openclaw-gateway"], "gateway"],
    [["/usr/bin/node /repo/scripts/audit/conversation-program.ts"], "audit"],
    [["/usr/bin/node x.js", "/sbin/init"], "unknown"],
    [[], "unknown"],
  ])("tells %j as the %s's", (lineage, origin) => {
    expect(originOf({ lineage })).toEqual({ origin, adapter: null });
  });
});

describe("programOf", () => {
  it("names the script that an interpreter runs", () => {
    expect(programOf({ lineage: ["/usr/bin/node --no-warnings /a/b/c/cli.js --verbose"] })).toBe(
      "b/c/cli.js",
    );
    expect(programOf({ lineage: ["/usr/bin/node --import data:text/javascript,x /a/cli.js"] })).toBe(
      "/a/cli.js",
    );
    expect(programOf({ lineage: ["/usr/bin/node -e const one = 1"] })).toBe("usr/bin/node -e");
    expect(programOf({ lineage: [] })).toBe("unknown");
  });
});
