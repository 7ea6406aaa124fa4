import { CLI_ROOT } from "../config/identifiers.ts";
import type { PermissionMode } from "../config/schema.ts";
import { ContractorError } from "../errors/contractor-error.ts";

/** Claude Code's own names of the modes; ACP takes them as mode ids. */
const CLAUDE_MODES = {
  ask: "default",
  "accept-edits": "acceptEdits",
  plan: "plan",
  auto: "auto",
  bypass: "bypassPermissions",
} as const satisfies Record<PermissionMode, string>;

export type ClaudeMode = (typeof CLAUDE_MODES)[PermissionMode];

/** `uid`: the user whom Claude Code would run as; undefined on systems without. */
export type PermissionModeChoice = {
  permissionMode: PermissionMode;
  bypassAcknowledged: boolean;
  uid: number | undefined;
};

/**
 * The session mode that a contractor's setting stands for.
 * Throws `bypass-not-acknowledged` and `bypass-as-root`: nobody stops what such a session does.
 */
export function claudeModeOf({ permissionMode, bypassAcknowledged, uid }: PermissionModeChoice): ClaudeMode {
  if (permissionMode === "bypass") {
    if (uid === 0) throw bypassAsRoot();
    if (!bypassAcknowledged) throw bypassNotAcknowledged();
  }
  return CLAUDE_MODES[permissionMode];
}

function bypassAsRoot(): ContractorError {
  return new ContractorError("bypass-as-root", {
    message: "The permission mode bypass is refused as root: Claude Code could do anything on this machine.",
    mend: "Run the Gateway as another user, or choose another permission mode.",
  });
}

function bypassNotAcknowledged(): ContractorError {
  return new ContractorError("bypass-not-acknowledged", {
    message: "In the permission mode bypass, Claude Code asks nobody before it does anything.",
    mend: `Say that you want that: --acknowledge-bypass with \`openclaw ${CLI_ROOT} add\`, or bypassAcknowledged: true in the contractor's settings.`,
  });
}
