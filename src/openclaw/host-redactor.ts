import { redactSensitiveFieldValue, redactSensitiveText } from "openclaw/plugin-sdk/logging-core";
import type { SecretRedactor } from "../contractor/conversation/redaction.ts";

/** As OpenClaw redacts its own logs, `logging.redactPatterns` of its configuration included. */
export const HOST_REDACTOR: SecretRedactor = {
  text: (text) => redactSensitiveText(text),
  field: (name, value) => redactSensitiveFieldValue(name, value),
};
