/** A finished system call in strace's output. */
export type SystemCall = { pid: number; name: string; arguments: string; result: number };

const FINISHED = /^(\d+)\s+(\w+)\((.*)\)\s+= (-?\d+|\?)/s;
const UNFINISHED = /^(\d+)\s+(\w+)\((.*?)\s*<unfinished \.\.\.>$/s;
const RESUMED = /^(\d+)\s+<\.\.\. (\w+) resumed>(.*)$/s;

/**
 * Reads lines of `strace -f -o`, in order. A call that is interrupted by another process's line comes in two pieces; it
 * is returned with the second one.
 */
export function createStraceReader(): (line: string) => SystemCall | undefined {
  const begun = new Map<string, string>();
  return (line) => {
    const unfinished = UNFINISHED.exec(line);
    if (unfinished) {
      const [, pid = "", name = "", start = ""] = unfinished;
      begun.set(`${pid} ${name}`, start);
      return undefined;
    }
    const resumed = RESUMED.exec(line);
    if (!resumed) return finishedCall(line);
    const [, pid = "", name = "", rest = ""] = resumed;
    const start = begun.get(`${pid} ${name}`) ?? "";
    begun.delete(`${pid} ${name}`);
    return finishedCall(`${pid} ${name}(${start}${rest}`);
  };
}

function finishedCall(line: string): SystemCall | undefined {
  const [, pid, name = "", rest = "", result] = FINISHED.exec(line) ?? [];
  if (pid === undefined) return undefined;
  return { pid: Number(pid), name, arguments: rest, result: result === "?" ? -1 : Number(result) };
}

const QUOTED = /"((?:[^"\\]|\\.)*)"/gs;
const ESCAPE = /\\(?:x([0-9a-f]{2})|([0-7]{1,3})|(.))/gs;
const NAMED: Record<string, string> = { n: "\n", t: "\t", r: "\r", v: "\v", f: "\f" };

/** Every string of a call's arguments, as the bytes that it stands for (what strace cut off is missing). */
export function stringsIn(text: string): Buffer[] {
  return [...text.matchAll(QUOTED)].map(([, quoted = ""]) => Buffer.from(unescaped(quoted), "latin1"));
}

function unescaped(quoted: string): string {
  return quoted.replaceAll(ESCAPE, (_whole, hex?: string, octal?: string, other?: string) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
    return NAMED[other ?? ""] ?? other ?? "";
  });
}

const IPV4 = /sa_family=AF_INET, sin_port=htons\((\d+)\), sin_addr=inet_addr\("([^"]+)"\)/g;
const IPV6 = /sa_family=AF_INET6, sin6_port=htons\((\d+)\)[^}]*?inet_pton\(AF_INET6, "([^"]+)"/g;

/** Every internet address of a call's arguments; Unix sockets and the kernel's own are none. */
export function addressesIn(text: string): { address: string; port: number }[] {
  return [IPV4, IPV6].flatMap((pattern) =>
    [...text.matchAll(pattern)].map(([, port, address = ""]) => ({
      address: address.replace(/^::ffff:(?=\d+\.)/, ""),
      port: Number(port),
    })),
  );
}
