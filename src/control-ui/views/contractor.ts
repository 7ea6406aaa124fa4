import { usedOf } from "../../contractor/spending/budget-words.ts";
import type { ContractorOverview } from "../../overview/overview.ts";
import { ago, costText, countOf } from "../../overview/quantities.ts";
import type { Desk } from "../desk.ts";
import { element } from "../dom/element.ts";
import { conversationView } from "./conversation.ts";
import { actionButton, badge, bar, facts, note, type Fact, type Tone } from "./parts.ts";

/** One contractor: what it is, what it costs, what is wrong with it, and its conversations. */
export function contractorView(desk: Desk, contractor: ContractorOverview, now: Date): HTMLElement {
  const { agentId, conversations, mode } = contractor;
  const heading = `contractor-agent-${agentId}`;
  return element(
    "section",
    { class: "contractor-agent__contractor", "data-key": agentId, "aria-labelledby": heading },
    element(
      "header",
      { class: "contractor-agent__title" },
      element("h2", { id: heading }, agentId),
      badge(...stateOf(contractor)),
      element("span", { class: "contractor-agent__spacer" }),
      desk.rights.admin && mode === "persistent"
        ? actionButton(desk, { name: "adopt", agentId }, { text: "Adopt a session", about: agentId })
        : null,
    ),
    facts(settingsOf(contractor)),
    budgetBars(contractor),
    ...troubles(contractor, now),
    conversations.length === 0
      ? element("p", { class: "contractor-agent__empty" }, "No conversation at present.")
      : element(
          "ul",
          { class: "contractor-agent__conversations", "aria-label": `Conversations of ${agentId}` },
          conversations.map((conversation) =>
            conversationView(desk, { agentId, conversation, sessionUsdLimit: sessionLimit(contractor), now }),
          ),
        ),
  );
}

function stateOf({ busy, warm, problem, limits }: ContractorOverview): [text: string, tone: Tone] {
  if (problem !== null) return ["cannot be read", "bad"];
  if (limits.length > 0) return ["endpoint at its limit", "warn"];
  if (busy > 0) return [`${busy} in a turn`, "busy"];
  return warm > 0 ? [`${warm} ready`, "good"] : ["at rest", "quiet"];
}

function settingsOf(contractor: ContractorOverview): Fact[] {
  const { model, permissionMode, endpoint, adapter, workspace, spent } = contractor;
  return [
    ["Model", model ?? "default"],
    ["Permission mode", permissionMode],
    ["Endpoint", endpoint ?? "Claude login"],
    ["Adapter", adapter],
    ["Workspace", endOf(workspace), workspace],
    ...(spent === null
      ? []
      : ([["Today", `${costText(spent.day.usd)}, ${countOf(spent.day.turns, "turn")}`]] as Fact[])),
  ];
}

/** The last two folders of a path. */
function endOf(path: string): string {
  const folders = path.split("/");
  return folders.length <= 3 ? path : `…/${folders.slice(-2).join("/")}`;
}

const BUDGET_LABELS = { turn: "Turn", session: "Conversation", day: "Today", agent: "In all" } as const;

/** A turn's own limit is nobody's use, and a conversation's dollars stand at each conversation. */
function budgetBars({ budget }: ContractorOverview): HTMLElement | null {
  const rows = budget.flatMap(({ scope, unit, limit, used }) =>
    used === null || scope === "turn" || (scope === "session" && unit === "usd")
      ? []
      : [bar({ label: `Budget: ${BUDGET_LABELS[scope]}`, used, limit, text: usedOf({ unit, used, limit }) })],
  );
  return rows.length === 0 ? null : element("div", { class: "contractor-agent__bars" }, rows);
}

function sessionLimit({ budget }: ContractorOverview): number | null {
  return budget.find(({ scope, unit }) => scope === "session" && unit === "usd")?.limit ?? null;
}

function troubles({ problem, limits, lastError }: ContractorOverview, now: Date): HTMLElement[] {
  return [
    ...(problem === null ? [] : [note(`${problem.message} ${problem.mend}`, "bad")]),
    ...limits.map(({ endpoint, code, until, told }) =>
      note(
        `${endpoint}: ${LIMIT_WORDS[code]}${told ? ` until ${new Date(until).toLocaleString()}` : ""}`,
        "warn",
      ),
    ),
    ...(lastError === null
      ? []
      : [
          note(
            `Last error: ${lastError.code}, ${ago(lastError.at, now)}, in ${lastError.openclawSessionKey}`,
            "bad",
          ),
        ]),
  ];
}

const LIMIT_WORDS = {
  "agent-limit": "at its limit",
  "agent-overloaded": "overloaded or out of reach",
} as const;
