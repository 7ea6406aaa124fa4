import { describe, expect, it } from "vitest";
import { addressesIn, createStraceReader, stringsIn } from "../../../scripts/audit/strace-line.ts";

const CONNECT =
  '25518 connect(3, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("198.18.0.1")}, 16) = -1 EINPROGRESS (Operation now in progress)';

describe("createStraceReader", () => {
  it("reads a whole call", () => {
    expect(createStraceReader()(CONNECT)).toMatchObject({ pid: 25518, name: "connect", result: -1 });
  });

  it("puts a call together that other processes' lines have cut in two", () => {
    const read = createStraceReader();
    expect(read("10 clone(child_stack=NULL, flags=CLONE_VM <unfinished ...>")).toBeUndefined();
    expect(read("11 clone3({flags=CLONE_VM}, 88 <unfinished ...>")).toBeUndefined();
    expect(read("10 <... clone resumed>, child_tidptr=0x7f) = 12")).toMatchObject({ pid: 10, result: 12 });
    expect(read("11 <... clone3 resumed>) = 13")).toMatchObject({ pid: 11, name: "clone3", result: 13 });
  });

  it("reads a call that a process did not live to finish", () => {
    expect(createStraceReader()('7 execve("/bin/true", ["true"], 0x7 /* 3 vars */) = ?')).toMatchObject({
      result: -1,
    });
  });

  it.each(["25518 +++ exited with 0 +++", "25518 --- SIGCHLD {si_signo=SIGCHLD} ---", ""])(
    "leaves out what is no call: %j",
    (line) => {
      expect(createStraceReader()(line)).toBeUndefined();
    },
  );
});

describe("stringsIn", () => {
  it("gives the bytes of every string, however they are written", () => {
    const strings = stringsIn(
      String.raw`3, [{iov_base="\x8a\x6b\x01\"", iov_len=4}, "a\\b\n\0\377"], "cut"..., 9`,
    );
    expect(strings.map((bytes) => bytes.toString("hex"))).toEqual(["8a6b0122", "615c620a00ff", "637574"]);
  });
});

describe("addressesIn", () => {
  it("finds internet addresses of both kinds, also several", () => {
    const text =
      '{msg_name={sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("10.0.0.53")}}, ' +
      '{sa_family=AF_INET6, sin6_port=htons(443), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "2001:db8::5", &sin6_addr), sin6_scope_id=0}';
    expect(addressesIn(text)).toEqual([
      { address: "10.0.0.53", port: 53 },
      { address: "2001:db8::5", port: 443 },
    ]);
  });

  it("tells an IPv4 address that is written as an IPv6 one", () => {
    const text =
      '{sa_family=AF_INET6, sin6_port=htons(80), inet_pton(AF_INET6, "::ffff:198.18.0.1", &sin6_addr)}';
    expect(addressesIn(text)).toEqual([{ address: "198.18.0.1", port: 80 }]);
  });

  it.each(['{sa_family=AF_UNIX, sun_path="/run/nscd/socket"}', "{sa_family=AF_NETLINK, nl_pid=0}", ""])(
    "leaves out what leads nowhere: %s",
    (text) => {
      expect(addressesIn(text)).toEqual([]);
    },
  );
});
