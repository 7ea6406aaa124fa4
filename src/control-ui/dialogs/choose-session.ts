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
  const label = `Adopt a Claude session of ${agentId}`;
  const description =
    free.length === 0
      ? "There is none that no conversation has: begin one with `claude` in the contractor's workspace."
      : "It goes on in a conversation of its own. Leave it in the terminal first.";
  return dialog<string>(place, {
    ...{ label, description },
    fill: (choose) =>
      element(
        "div",
        { class: "contractor-agent contractor-agent__dialog" },
        element("h2", {}, label),
        element("p", {}, description),
        element(
          "ul",
          { class: "contractor-agent__choices" },
          free.map((session) => element("li", {}, choice(session, choose))),
        ),
      ),
  });
}

function choice(session: NativeSession, choose: (claudeSessionId: string) => void): HTMLElement {
  const { claudeSessionId, title, lastActivityAt } = session;
  const button = element(
    "button",
    { type: "button", class: "contractor-agent__choice", "data-claude-session": claudeSessionId },
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
