import type { NativeSession } from "../../overview/native-session.ts";
import { ago } from "../../overview/quantities.ts";
import { element } from "../dom/element.ts";
import { dialog, type DialogPlace } from "./dialog.ts";

/** The Claude session that the person chooses to go on with; null: none. */
export function chooseSession(
  place: DialogPlace,
  { agentId, sessions }: { agentId: string; sessions: NativeSession[] },
): Promise<string | null> {
  const free = sessions.filter(({ usedBy }) => usedBy === null);
  return dialog<string>(place, {
    label: `Adopt a Claude session of ${agentId}`,
    description:
      free.length === 0
        ? "Every Claude session here has its conversation. Begin another one with `claude` in the contractor's workspace."
        : "It goes on in a conversation of its own. Leave it in the terminal first.",
    choices: (choose) =>
      element(
        "ul",
        { class: "contractor-agent__choices" },
        free.map((session) => element("li", {}, choice(session, choose))),
      ),
  });
}

function choice(session: NativeSession, choose: (claudeSessionId: string) => void): HTMLElement {
  const { claudeSessionId, title, lastActivityAt } = session;
  const button = element(
    "button",
    { type: "button", class: "contractor-agent__choice" },
    element("span", { class: "contractor-agent__name" }, title),
    element(
      "span",
      { class: "contractor-agent__quiet" },
      `${ago(lastActivityAt, new Date())} · ${claudeSessionId.slice(0, 8)}`,
    ),
  );
  button.addEventListener("click", () => {
    choose(claudeSessionId);
  });
  return button;
}
