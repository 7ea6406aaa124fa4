import type { OpenClawPluginApi } from "openclaw/plugin-sdk/core";
import { resolveStateDir } from "openclaw/plugin-sdk/state-paths";
import { PLUGIN_VERSION } from "../config/identifiers.ts";
import { putOwnLoginMark, removeOwnLoginMark } from "../contractor/own-login.ts";
import { unexpectedFailure } from "../errors/unexpected-failure.ts";

/** What OpenClaw calls the process of a Gateway, and of the commands about one, which register no plugin. Others are called otherwise. */
const GATEWAY_TITLE = "openclaw-gateway";
const SHOWN = Symbol.for(`contractor-agent/own-login-shown@${PLUGIN_VERSION}`);
const registry = globalThis as { [SHOWN]?: boolean };

/**
 * A provider with a credential when a Gateway starts has it read its whole model catalogue, in a worker that stays: some
 * 2 s of CPU, for which the first turn waits, and 140 MB. The mark of the contractors' own login would be one, so it is away
 * until the start is over. Not while contractors are served: the host registers a plugin again then.
 */
export function hideOwnLoginFromStart(
  registrationMode: OpenClawPluginApi["registrationMode"],
  log: (message: string) => void,
): void {
  if (process.title !== GATEWAY_TITLE || registrationMode !== "full" || registry[SHOWN]) return;
  change(removeOwnLoginMark, { failing: "the Gateway starts slower than it could", log });
}

/** Returns what is to be called when contractors are no longer served. */
export function showOwnLogin(log: (message: string) => void): () => void {
  registry[SHOWN] = true;
  change(putOwnLoginMark, { failing: "OpenClaw may want a key for contractors", log });
  return () => {
    registry[SHOWN] = false;
  };
}

function change(
  mark: (stateDir: string) => void,
  { failing, log }: { failing: string; log: (message: string) => void },
): void {
  try {
    mark(resolveStateDir());
  } catch (cause) {
    log(`${failing}: ${unexpectedFailure(cause).toParagraph()}`);
  }
}
