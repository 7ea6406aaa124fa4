import type { GateTransport } from "./tool-gate.ts";

const URL_VARIABLE = "CONTRACTOR_AGENT_GATE_URL";
const SECRET_VARIABLE = "CONTRACTOR_AGENT_GATE_TOKEN";
/** In the definition of an MCP server, Claude Code puts the variable in. */
export const SECRET_REFERENCE = `$\{${SECRET_VARIABLE}}`;

/** Claude Code settings: every tool asks at `url` first. https://docs.claude.com/en/docs/claude-code/hooks */
export function hookSettings(gate: {
  transport: GateTransport;
  url: string;
  timeoutSeconds: number;
}): Record<string, unknown> {
  const hook = {
    ...(gate.transport === "http" ? httpHook(gate.url) : commandHook(process.execPath)),
    timeout: gate.timeoutSeconds,
    // Without it, Claude Code goes on when it cannot ask: no answer, or a setting that forbids the address.
    onFailure: "block",
  };
  return {
    // A person's own settings may have switched all hooks off.
    disableAllHooks: false,
    hooks: { PreToolUse: [{ matcher: "*", hooks: [hook] }] },
  };
}

/** The process's environment, and no argument list, is where other users of the machine cannot read the secret. */
export function hookEnvironment(gate: { url: string; secret: string }): Record<string, string> {
  return { [URL_VARIABLE]: gate.url, [SECRET_VARIABLE]: gate.secret };
}

function httpHook(url: string): Record<string, unknown> {
  return {
    type: "http",
    url,
    headers: { Authorization: `Bearer $${SECRET_VARIABLE}` },
    allowedEnvVars: [SECRET_VARIABLE],
  };
}

/** The older Claude Code knows no `onFailure`: there, exit status 2 alone refuses the call, and every other lets it go on. */
function commandHook(node: string): Record<string, unknown> {
  return { type: "command", command: `${shellQuoted(node)} -e ${shellQuoted(ASK_THE_GATE)} || exit 2` };
}

/** Takes stdin to the gate and its answer to stdout. One that cannot be had becomes a refusal in the same form. */
const ASK_THE_GATE = [
  `const refuse=(error)=>{console.log(JSON.stringify({hookSpecificOutput:{hookEventName:"PreToolUse",` +
    `permissionDecision:"deny",permissionDecisionReason:"OpenClaw could not be asked about this call: "+error.message}}));` +
    `process.exit()}`,
  `const headers={authorization:"Bearer "+process.env.${SECRET_VARIABLE}}`,
  // An agent of its own, because the global one may use a proxy.
  `const ask=require("node:http").request(process.env.${URL_VARIABLE},{method:"POST",agent:false,headers},(answer)=>{` +
    `let text="";answer.setEncoding("utf8").on("data",(part)=>{text+=part}).on("error",refuse)` +
    `.on("end",()=>{answer.statusCode===200?console.log(text):refuse(new Error("status "+answer.statusCode))})})`,
  `ask.on("error",refuse)`,
  `process.stdin.pipe(ask)`,
].join(";");

/** One word for a POSIX shell, whatever is in it. */
function shellQuoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
