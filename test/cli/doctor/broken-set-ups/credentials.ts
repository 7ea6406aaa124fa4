import { rm, writeFile } from "node:fs/promises";
import type { BrokenSetUp } from "./broken-set-up.ts";

export const CREDENTIALS: BrokenSetUp[] = [
  {
    name: "no login",
    phase: "credentials",
    title: "dev has a Claude login",
    cause: /There is no login/,
    mend: /Log in with `claude`/,
    breakIt: ({ credentials: path }) => rm(path),
    follow: (world) => world.writeLogin({ accessToken: "new", refreshToken: "r", expiresAt: 1 }),
  },
  {
    name: "a login that has expired",
    phase: "credentials",
    title: "dev has a Claude login",
    cause: /ended on 2020-01-02/,
    mend: /Log in with `claude`/,
    breakIt: (world) =>
      world.writeLogin({ accessToken: "old", expiresAt: Date.parse("2020-01-02T00:00:00Z") }),
    follow: (world) => world.writeLogin({ accessToken: "new", expiresAt: Date.now() + 3_600_000 }),
  },
  {
    name: "a login that is damaged",
    phase: "credentials",
    title: "dev has a Claude login",
    cause: /cannot be read/,
    mend: /Log in with `claude`/,
    breakIt: ({ credentials: path }) => writeFile(path, '{"claudeAiOauth": {"acc'),
    follow: (world) => world.writeLogin({ accessToken: "new", refreshToken: "r" }),
  },
];
