import { readdir, readFile, readlink } from "node:fs/promises";

/** A row of /proc/net/{tcp,udp}*: the local port, whether it listens, and the inode that its owner has open. */
type SocketRow = { localPort: number; remotePort: number; listens: boolean; inode: string };

const LISTEN = "0A";
const TABLES = ["tcp", "tcp6", "udp", "udp6"];

/** The rows of a table of the kernel's, which begins with a line of headings. */
export function readSocketTable(text: string): SocketRow[] {
  return text
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields.length > 9)
    .map(([, local = "", remote = "", state, , , , , , inode = ""]) => ({
      localPort: portOf(local),
      remotePort: portOf(remote),
      listens: state === LISTEN,
      inode,
    }));
}

function portOf(address: string): number {
  return Number.parseInt(address.split(":")[1] ?? "0", 16);
}

async function socketRows(): Promise<SocketRow[]> {
  const tables = await Promise.all(
    TABLES.map((name) => readFile(`/proc/self/net/${name}`, "utf8").catch(() => "")),
  );
  return tables.flatMap(readSocketTable);
}

/** The ports that a process listens on (Linux). */
export async function listeningPorts(pid: number): Promise<number[]> {
  const [rows, inodes] = await Promise.all([socketRows(), socketInodes(String(pid))]);
  return rows.filter(({ listens, inode }) => listens && inodes.has(inode)).map(({ localPort }) => localPort);
}

/** Command lines of the process whose socket has this local port, and of those above it; empty when it is gone. */
export async function lineageOfPort(localPort: number, remotePort?: number): Promise<string[]> {
  const rows = await socketRows();
  const inodes = rows
    .filter((row) => row.localPort === localPort && !row.listens)
    .filter((row) => remotePort === undefined || row.remotePort === remotePort)
    .map(({ inode }) => inode);
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const open = await socketInodes(pid);
    if (inodes.some((inode) => open.has(inode))) return lineageOf(pid);
  }
  return [];
}

async function socketInodes(pid: string): Promise<Set<string>> {
  const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
  const links = await Promise.all(
    descriptors.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => "")),
  );
  return new Set(links.map((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? ""));
}

async function lineageOf(pid: string): Promise<string[]> {
  if (pid === "0") return [];
  const [program, command, status] = await Promise.all([
    readlink(`/proc/${pid}/exe`).catch(() => ""),
    readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => ""),
    readFile(`/proc/${pid}/status`, "utf8").catch(() => ""),
  ]);
  const parent = /^PPid:\s*(\d+)/m.exec(status)?.[1] ?? "0";
  // Where there are no arguments, the program may have put a title over them, and is known by it.
  const [title = "", ...words] = command.split("\0").filter((word) => word !== "");
  const line = words.length > 0 ? [program, ...words].join(" ") : title;
  return [line, ...(await lineageOf(parent))];
}
