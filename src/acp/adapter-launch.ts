/** How an ACP agent is started: the program, its arguments, and its whole environment. */
export type AgentLaunch = {
  command: string;
  args: string[];
  environment: Record<string, string>;
};

/** The launch of an adapter's program under the Node that runs us. */
export function adapterLaunch(program: string, environment: Record<string, string>): AgentLaunch {
  return { command: process.execPath, args: [program], environment };
}
