import type { ConversationOverview } from "../../overview/overview.ts";
import { ago, contextText, costText, durationText } from "../../overview/quantities.ts";
import { usedOf } from "../../contractor/spending/budget-words.ts";
import type { Desk } from "../desk.ts";
import { element } from "../dom/element.ts";
import { actionButton, badge, bar, facts, note, type Fact, type Tone } from "./parts.ts";

/** One conversation of a contractor, with what it does, what it has used, and what can be done to it. */
export function conversationView(
  desk: Desk,
  of: { agentId: string; conversation: ConversationOverview; sessionUsdLimit: number | null; now: Date },
): HTMLElement {
  const { agentId, conversation, sessionUsdLimit, now } = of;
  const { openclawSessionKey: sessionKey, claudeSessionId, turns, lastActivityAt, lastError } = conversation;
  const name = nameOf(desk, { agentId, sessionKey });
  return element(
    "li",
    {
      class: "contractor-agent__conversation",
      "data-key": `${sessionKey}\n${claudeSessionId ?? ""}`,
      "data-session-key": sessionKey,
    },
    element(
      "div",
      { class: "contractor-agent__title" },
      element("span", { class: "contractor-agent__name", title: sessionKey }, name),
      badge(...stateOf(conversation)),
    ),
    element(
      "div",
      { class: "contractor-agent__bars" },
      contextBar(conversation),
      costBar(conversation, sessionUsdLimit),
    ),
    liveTools(conversation, now),
    facts([
      ["Turns", String(turns)],
      ["Last", lastActivityAt === null ? "now" : ago(lastActivityAt, now)],
      ...(claudeSessionId === null
        ? []
        : ([["Claude session", claudeSessionId.slice(0, 8), claudeSessionId]] as Fact[])),
    ]),
    lastError === null ? null : note(`Last error: ${lastError.code}, ${ago(lastError.at, now)}`, "bad"),
    element("div", { class: "contractor-agent__actions" }, actionsOf(desk, { agentId, conversation, name })),
  );
}

function nameOf(desk: Desk, conversation: { agentId: string; sessionKey: string }): string {
  const prefix = `agent:${conversation.agentId}:`;
  const { sessionKey } = conversation;
  return (
    desk.nameOf(conversation) ??
    (sessionKey.startsWith(prefix) ? sessionKey.slice(prefix.length) : sessionKey)
  );
}

function stateOf({ state, busy, warm, queued, endedBy }: ConversationOverview): [text: string, tone: Tone] {
  if (busy) return [queued > 0 ? `in a turn, ${queued} waiting` : "in a turn", "busy"];
  if (state === "closed") return [`ended: ${endedBy ?? "closed"}`, "quiet"];
  if (state === "orphaned") return ["lost", "warn"];
  return warm ? ["ready", "good"] : ["at rest", "quiet"];
}

function contextBar(conversation: ConversationOverview): HTMLElement {
  const { contextTokens, contextWindow } = conversation;
  const text = contextText(conversation);
  if (contextTokens === null || contextWindow === null) return facts([["Context", text]]);
  return bar({ label: "Context", used: contextTokens, limit: contextWindow, text });
}

function costBar({ costUsd }: ConversationOverview, limit: number | null): HTMLElement {
  if (costUsd === null || limit === null) return facts([["Cost", costText(costUsd)]]);
  return bar({ label: "Cost", used: costUsd, limit, text: usedOf({ unit: "usd", used: costUsd, limit }) });
}

function liveTools({ turn }: ConversationOverview, now: Date): HTMLElement | null {
  if (turn === null) return null;
  const since = durationText(now.getTime() - Date.parse(turn.startedAt));
  return element(
    "div",
    { class: "contractor-agent__live", "aria-label": "What runs now" },
    element("span", { class: "contractor-agent__since" }, `Turn since ${since}`),
    element(
      "ul",
      { class: "contractor-agent__tools" },
      turn.tools.map(({ title, kind, startedAt }) =>
        element(
          "li",
          { title: kind },
          element("code", {}, title),
          ` ${durationText(now.getTime() - Date.parse(startedAt))}`,
        ),
      ),
    ),
  );
}

function actionsOf(
  desk: Desk,
  of: { agentId: string; conversation: ConversationOverview; name: string },
): HTMLElement[] {
  const { agentId, conversation, name: about } = of;
  const { openclawSessionKey: sessionKey, busy, state } = conversation;
  const isOver = state === "closed" || state === "orphaned";
  const target = { agentId, sessionKey };
  return [
    actionButton(desk, { name: "open", ...target }, { text: "Open", about }),
    ...(busy && desk.rights.write
      ? [actionButton(desk, { name: "stop", ...target }, { text: "Stop", about })]
      : []),
    ...(isOver || !desk.rights.write
      ? []
      : [actionButton(desk, { name: "reset", ...target }, { text: "Reset", about, weight: "danger" })]),
  ];
}
