import { FIX, type BrokenSetUp } from "./broken-set-up.ts";

const MODEL = "contractor-agent/contractor-claude-bridge";

export const PLUGIN: BrokenSetUp[] = [
  {
    name: "settings that are not valid",
    phase: "plugin",
    title: "The plugin's settings are valid",
    cause: /must be an absolute path/,
    mend: /openclaw config/,
    breakIt: ({ dev }) => (dev["workspace"] = "app"),
    follow: ({ dev, workspace }) => (dev["workspace"] = workspace),
  },
  {
    name: "an agent that is missing",
    phase: "plugin",
    title: "OpenClaw has the agent dev",
    cause: /no agent "dev"/,
    mend: /openclaw agents add dev --workspace \S+ --model contractor-agent\/contractor-claude-bridge/,
    breakIt: ({ config }) => (config.agents.entries = { main: {} }),
    follow: ({ config, workspace }) => (config.agents.entries = { dev: { workspace, model: MODEL } }),
  },
  {
    name: "an agent with another model",
    phase: "plugin",
    title: "dev has a model of the bridge",
    cause: /Its model is openai\/gpt-6/,
    mend: /openclaw config set agents\.entries\.dev\.model contractor-agent\/contractor-claude-bridge/,
    breakIt: ({ config }) => (config.agents.entries["dev"] = { model: { primary: "openai/gpt-6" } }),
    follow: ({ config }) => (config.agents.entries["dev"] = { model: MODEL }),
  },
  {
    name: "an agent without a model",
    phase: "plugin",
    title: "dev has a model of the bridge",
    cause: /names no model/,
    mend: FIX,
    breakIt: ({ config }) => (config.agents.entries["dev"] = {}),
  },
  {
    name: "an agent with another workspace than its contractor",
    phase: "plugin",
    title: "OpenClaw and dev mean the same workspace",
    status: "warn",
    cause: /OpenClaw's agent in \/elsewhere/,
    mend: /openclaw config set agents\.entries\.dev\.workspace/,
    breakIt: ({ config }) => (config.agents.entries["dev"] = { workspace: "/elsewhere", model: MODEL }),
    follow: ({ config, workspace }) => (config.agents.entries["dev"] = { workspace, model: MODEL }),
  },
  {
    name: "the permission mode bypass as root",
    phase: "plugin",
    title: "dev may run in its permission mode",
    cause: /refused as root/,
    mend: /as another user, or choose another permission mode/,
    breakIt(world) {
      Object.assign(world.dev, { permissionMode: "bypass", bypassAcknowledged: true });
      world.seen.uid = 0;
    },
    follow: ({ dev }) => (dev["permissionMode"] = "ask"),
  },
  {
    name: "the permission mode bypass that nobody has acknowledged",
    phase: "plugin",
    title: "dev may run in its permission mode",
    cause: /asks nobody/,
    mend: /bypassAcknowledged: true/,
    breakIt: ({ dev }) => (dev["permissionMode"] = "bypass"),
    follow: ({ dev }) => (dev["bypassAcknowledged"] = true),
  },
];
