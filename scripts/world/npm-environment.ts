import { homedir } from "node:os";
import { join } from "node:path";

const PASSED_ON = /^(npm_config_.*|NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|SSL_CERT_DIR|(HTTPS?|NO)_PROXY)$/i;

/** What npm needs to work on this machine, for worlds whose HOME is empty: its configuration and its cache. */
export function npmEnvironment(ambient: NodeJS.ProcessEnv): Record<string, string> {
  const passedOn = Object.entries(ambient).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && PASSED_ON.test(entry[0]),
  );
  return {
    npm_config_userconfig: join(homedir(), ".npmrc"),
    npm_config_cache: join(homedir(), ".npm"),
    ...Object.fromEntries(passedOn),
  };
}
