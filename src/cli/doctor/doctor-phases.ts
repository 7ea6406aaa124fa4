/** In the order in which they are looked at: what an earlier one misses, a later one needs. */
export const DOCTOR_PHASES = [
  "host",
  "plugin",
  "adapter",
  "claude-code",
  "credentials",
  "endpoint",
  "workspace",
  "state",
  "processes",
] as const;

export type DoctorPhase = (typeof DOCTOR_PHASES)[number];

export const PHASE_DESCRIPTIONS: Record<DoctorPhase, string> = {
  host: "Node, OpenClaw, the plugin's switch and the Gateway.",
  plugin: "The contractors' settings, and the agents that they are about.",
  adapter: "The ACP adapters are installed, and start.",
  "claude-code": "The Claude Code inside the adapters answers.",
  credentials: "As whom contractors' requests go.",
  endpoint: "Endpoint profiles have their keys and answer.",
  workspace: "The folders that contractors work in.",
  state: "What the plugin remembers can be read and written.",
  processes: "No process is left over from a Gateway that was killed.",
};
