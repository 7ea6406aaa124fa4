import { durationText } from "../../overview/quantities.ts";
import type { Desk, WaitingApproval } from "../desk.ts";
import { element } from "../dom/element.ts";
import { actionButton } from "./parts.ts";

/** The tool calls that wait for a person; null when none does. */
export function approvalsView(desk: Desk, now: Date): HTMLElement | null {
  if (desk.approvals.length === 0) return null;
  return element(
    "section",
    {
      class: "contractor-agent__approvals",
      "data-key": "approvals",
      "aria-labelledby": "contractor-agent-approvals",
    },
    element("h2", { id: "contractor-agent-approvals" }, "Waiting for your approval"),
    element(
      "ul",
      {},
      desk.approvals.map((approval) => approvalView(desk, approval, now)),
    ),
  );
}

function approvalView(desk: Desk, approval: WaitingApproval, now: Date): HTMLElement {
  const { id: approvalId, agentId, sessionKey, title, detail, expiresAtMs } = approval;
  const left = durationText(Math.max(0, expiresAtMs - now.getTime()));
  return element(
    "li",
    { class: "contractor-agent__approval", "data-key": approvalId },
    element(
      "div",
      { class: "contractor-agent__title" },
      element("span", { class: "contractor-agent__name" }, title),
      element("span", { class: "contractor-agent__quiet" }, `${agentId}, denied in ${left}`),
    ),
    detail === "" ? null : element("pre", {}, detail),
    element(
      "div",
      { class: "contractor-agent__actions" },
      actionButton(
        desk,
        { name: "allow", approvalId },
        { text: "Allow once", about: title, weight: "primary" },
      ),
      actionButton(desk, { name: "deny", approvalId }, { text: "Deny", about: title }),
      sessionKey === null
        ? null
        : actionButton(
            desk,
            { name: "open", agentId, sessionKey, approvalId },
            { text: "Open", about: title },
          ),
    ),
  );
}
