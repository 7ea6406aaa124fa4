import { preloadArguments } from "./node-preload.ts";

/**
 * The Claude Code of claude-code-acp asks api.anthropic.com at each start whether this organization has metrics and fast
 * mode, and shows it the key that it has, be it another endpoint's. No variable keeps it from both questions (seen with
 * 2.1.44). With another endpoint that host is therefore not found, which Claude Code takes for "no" at once: it is run by
 * Node, whose connections all look names up with this function.
 */
const GUARD = `
import dns from "node:dns";
const refused = "api.anthropic.com";
const endpoint = process.env.ANTHROPIC_BASE_URL;
if (endpoint && URL.canParse(endpoint) && new URL(endpoint).hostname !== refused) {
  const { lookup } = dns;
  dns.lookup = (name, ...rest) => {
    if (name !== refused) return lookup(name, ...rest);
    const error = Object.assign(new Error("not the endpoint: " + name), { code: "ENOTFOUND" });
    process.nextTick(rest.at(-1), error);
  };
}
`;

/** Arguments of Node: see above. */
export const ENDPOINT_GUARD = preloadArguments(GUARD);
