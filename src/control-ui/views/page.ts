import type { Overview } from "../../overview/overview.ts";
import { costText, countOf } from "../../overview/quantities.ts";
import type { Desk } from "../desk.ts";
import { element } from "../dom/element.ts";
import { approvalsView } from "./approvals.ts";
import { contractorView } from "./contractor.ts";
import { actionButton, note } from "./parts.ts";

/** The whole page. */
export function pageView(desk: Desk): HTMLElement {
  const { overview, withEnded, problem, notice } = desk;
  return element(
    "div",
    { class: "contractor-agent" },
    element(
      "header",
      { class: "contractor-agent__head", "data-key": "head" },
      element("h1", {}, "Contractors"),
      element(
        "p",
        { class: "contractor-agent__summary", role: "status" },
        overview === null ? "Looking…" : summaryOf(overview),
      ),
      element(
        "div",
        { class: "contractor-agent__actions" },
        actionButton(desk, { name: "ended" }, { text: "Ended conversations", pressed: withEnded }),
        actionButton(desk, { name: "refresh" }, { text: "Refresh" }),
      ),
    ),
    element(
      "div",
      { class: "contractor-agent__messages", "data-key": "messages", "aria-live": "polite" },
      desk.connected
        ? null
        : note("The Gateway is not connected. What you see is what it told last.", "warn"),
      problem === null ? null : note(problem, "bad"),
      notice === null ? null : note(notice.text, notice.kind === "done" ? "good" : "bad"),
    ),
    overview === null ? null : approvalsView(desk, new Date(overview.at)),
    overview === null ? null : contractorsView(desk, overview),
  );
}

function contractorsView(desk: Desk, overview: Overview): HTMLElement {
  const now = new Date(overview.at);
  return element(
    "div",
    { class: "contractor-agent__list", "data-key": "contractors" },
    overview.contractors.length === 0
      ? element(
          "p",
          { class: "contractor-agent__empty" },
          "There is no contractor yet. Create one: ",
          element("code", {}, "openclaw contractor-agents add --help"),
        )
      : null,
    overview.contractors.map((contractor) => contractorView(desk, contractor, now)),
  );
}

function summaryOf({ contractors, pool }: Overview): string {
  const busy = contractors.reduce((sum, one) => sum + one.busy, 0);
  const today = contractors.reduce((sum, one) => sum + (one.spent?.day.usd ?? 0), 0);
  return [
    countOf(contractors.length, "contractor"),
    `${busy} in a turn`,
    ...(pool === null ? [] : [`${pool.liveSessions} of ${pool.maxLiveSessions} processes`]),
    `${costText(today)} today`,
  ].join(" · ");
}
