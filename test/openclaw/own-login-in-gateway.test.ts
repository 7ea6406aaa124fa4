import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { hideOwnLoginFromStart, showOwnLogin } from "../../src/openclaw/own-login-in-gateway.ts";

const TITLE = process.title;

let stateDir: string;
let mark: string;
let told: string[];

beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), "own-login-"));
  mark = join(stateDir, "contractor-agent/own-login");
  told = [];
  vi.stubEnv("OPENCLAW_STATE_DIR", stateDir);
  process.title = "openclaw-gateway";
});

afterEach(async () => {
  process.title = TITLE;
  vi.unstubAllEnvs();
  await rm(stateDir, { recursive: true, force: true });
});

const log = (message: string): void => {
  told.push(message);
};

function register(registrationMode: "full" | "discovery"): void {
  hideOwnLoginFromStart(registrationMode, log);
}

it("is away while a Gateway starts, and there while it serves contractors, whoever registers the plugin again", () => {
  showOwnLogin(log)();
  expect(existsSync(mark)).toBe(true);
  register("full");
  expect(existsSync(mark)).toBe(false);
  const stop = showOwnLogin(log);
  register("full");
  expect(existsSync(mark)).toBe(true);
  stop();
  register("full");
  expect(existsSync(mark)).toBe(false);
  expect(told).toEqual([]);
});

it("stays where the plugin is registered for something else, and where a command runs", () => {
  showOwnLogin(log)();
  register("discovery");
  process.title = "openclaw-models";
  register("full");
  expect(existsSync(mark)).toBe(true);
});

it("tells what it could not do, and keeps nothing from going on", async () => {
  await mkdir(mark, { recursive: true });
  register("full");
  await rm(join(stateDir, "contractor-agent"), { recursive: true });
  await writeFile(join(stateDir, "contractor-agent"), "");
  showOwnLogin(log)();
  expect(told).toEqual([
    expect.stringContaining("starts slower than it could"),
    expect.stringContaining("OpenClaw may want a key for contractors"),
  ]);
});
