import type { ControlUiHost } from "openclaw/plugin-sdk/control-ui";
import type { Action } from "./desk.ts";
import type { DeskRequests } from "./desk-requests.ts";
import { chooseSession } from "./dialogs/choose-session.ts";
import { dialog } from "./dialogs/dialog.ts";

/** What became of an action: words for the person; null when there is nothing to say. */
export type ActionOutcome = string | null;

/** Carries out what a person asked for on the page. Rejects with the Gateway's words. */
export async function carryOut(
  { name, agentId = "", sessionKey = "", approvalId = "" }: Action,
  on: { host: ControlUiHost; page: HTMLElement; requests: DeskRequests },
): Promise<ActionOutcome> {
  const { host, requests } = on;
  switch (name) {
    case "open":
      host.sessions.open({ agentId, sessionKey });
      return null;
    case "stop":
      await requests.stop({ agentId, sessionKey });
      return "Stopped. The conversation goes on with its next message.";
    case "reset": {
      const sure = await dialog(on, {
        label: "Reset this conversation?",
        description: `The next message of ${sessionKey} begins a new Claude session. The present one is kept, and can be adopted again.`,
        yes: { text: "Reset", answer: true },
      });
      if (sure === null) return null;
      await requests.reset({ agentId, sessionKey });
      return "Reset. The next message begins a new Claude session.";
    }
    case "adopt": {
      const sessions = await requests.claudeSessions(agentId);
      const claudeSessionId = await chooseSession(on, { agentId, sessions });
      if (claudeSessionId === null) return null;
      host.sessions.open({ agentId, sessionKey: await requests.adopt({ agentId, claudeSessionId }) });
      return null;
    }
    case "allow":
      await requests.decide(approvalId, "allow-once");
      return "Allowed once.";
    case "deny":
      await requests.decide(approvalId, "deny");
      return "Denied.";
    case "refresh":
    case "ended":
      // The page looks again after every action.
      return null;
  }
}
