import type { BrokenSetUp } from "./broken-set-up.ts";

export const HOST: BrokenSetUp[] = [
  {
    name: "a Node that is too old",
    phase: "host",
    title: "Node is one that is supported",
    cause: /This is Node 22\.1\.0/,
    mend: /^Install such a Node/,
    breakIt: (world) => (world.seen.versions = { node: "22.1.0", openclaw: "2026.9.6" }),
    follow: (world) => (world.seen.versions = { node: "24.16.0", openclaw: "2026.9.6" }),
  },
  {
    name: "an OpenClaw that the plugin was not made for",
    phase: "host",
    title: "OpenClaw is one that is supported",
    cause: /This is OpenClaw 2026\.8\.1/,
    mend: /openclaw update/,
    breakIt: (world) => (world.seen.versions = { node: "24.16.0", openclaw: "2026.8.1" }),
    follow: (world) => (world.seen.versions = { node: "24.16.0", openclaw: "2026.9.7" }),
  },
  {
    name: "a plugin that is switched off",
    phase: "host",
    title: "OpenClaw loads the plugin",
    cause: /plugins\.entries\.contractor-agent\.enabled is false/,
    mend: /openclaw plugins enable contractor-agent/,
    breakIt: ({ config }) => (config.plugins.entries["contractor-agent"].enabled = false),
    follow: ({ config }) => (config.plugins.entries["contractor-agent"].enabled = true),
  },
  {
    name: "no Gateway",
    phase: "host",
    title: "A Gateway answers",
    status: "warn",
    cause: /^None does/,
    mend: /openclaw gateway start/,
    breakIt: (world) => (world.seen.isGatewayReachable = () => Promise.resolve(false)),
    follow: (world) => (world.seen.isGatewayReachable = () => Promise.resolve(true)),
  },
];
