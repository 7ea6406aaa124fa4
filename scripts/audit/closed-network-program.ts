// Runs a command in a closed network, of which this program is the whole outside:
//
//     unshare --net --mount -- node scripts/audit/closed-network-program.ts <report.json> <command> [arguments…]
//
// Leaves with the command's exit status, and writes what was seen into the report.

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { watchNetwork } from "./network-watch.ts";

const [report = "", command = "", ...rest] = process.argv.slice(2);

/** Every address leads here, and every name is asked here. Both end with the namespaces. */
function closeNetwork(): void {
  const run = (program: string, ...words: string[]): unknown =>
    execFileSync(program, words, { stdio: ["ignore", "ignore", "inherit"] });
  run("ip", "link", "set", "lo", "up");
  run("ip", "route", "add", "local", "0.0.0.0/0", "dev", "lo");
  try {
    run("ip", "-6", "route", "add", "local", "::/0", "dev", "lo");
  } catch {
    // A kernel without IPv6 has nobody who could leave by it.
  }
  const resolver = path.join(mkdtempSync(path.join(tmpdir(), "closed-network-")), "resolv.conf");
  writeFileSync(resolver, "nameserver 127.0.0.1\noptions timeout:1 attempts:2\n");
  run("mount", "--bind", resolver, "/etc/resolv.conf");
}

closeNetwork();
const watched = await watchNetwork();
const child = spawn(command, rest, { stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
const [status] = (await once(child, "exit")) as [number | null];
writeFileSync(report, JSON.stringify(watched));
process.exit(status ?? 1);
