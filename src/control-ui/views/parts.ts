import { element } from "../dom/element.ts";
import { actionKey, type Action, type Desk } from "../desk.ts";

/** How good or bad something is; each has a colour. */
export type Tone = "busy" | "good" | "quiet" | "warn" | "bad";

export function badge(text: string, tone: Tone): HTMLElement {
  return element("span", { class: `contractor-agent__badge contractor-agent__badge--${tone}` }, text);
}

export type Weight = "plain" | "primary" | "danger";

/** A button that says which of several like it this is, for those who do not see where it stands. */
export function actionButton(
  desk: Pick<Desk, "underWay" | "connected">,
  action: Action,
  {
    text,
    about,
    weight = "plain",
    pressed,
  }: { text: string; about?: string; weight?: Weight; pressed?: boolean },
): HTMLElement {
  const underWay = desk.underWay.has(actionKey(action));
  return element(
    "button",
    {
      type: "button",
      class: `contractor-agent__button contractor-agent__button--${weight}`,
      "data-key": actionKey(action),
      "data-action": action.name,
      "data-agent-id": action.agentId,
      "data-session-key": action.sessionKey,
      "data-approval-id": action.approvalId,
      "aria-label": about === undefined ? undefined : `${text}: ${about}`,
      "aria-pressed": pressed === undefined ? undefined : String(pressed),
      "aria-busy": underWay || undefined,
      disabled: underWay || !desk.connected,
    },
    text,
  );
}

/** How much of something is used. It warns from three quarters on. */
export function bar(of: { label: string; used: number; limit: number; text: string }): HTMLElement {
  const { label, used, limit, text } = of;
  const share = limit > 0 ? used / limit : 0;
  const tone = share >= 0.9 ? "bad" : share >= 0.75 ? "warn" : "good";
  return element(
    "div",
    { class: "contractor-agent__bar" },
    element("span", { class: "contractor-agent__bar-label" }, label),
    element("meter", {
      class: `contractor-agent__meter contractor-agent__meter--${tone}`,
      min: 0,
      max: 100,
      value: Math.min(100, Math.round(share * 100)),
      "aria-label": label,
      "aria-valuetext": text,
    }),
    element("span", { class: "contractor-agent__bar-text" }, text),
  );
}

/** "label value" pairs in a line. */
export function facts(pairs: [label: string, value: string][]): HTMLElement {
  return element(
    "dl",
    { class: "contractor-agent__facts" },
    pairs.map(([label, value]) => element("div", {}, element("dt", {}, label), element("dd", {}, value))),
  );
}

export function note(text: string, tone: Tone): HTMLElement {
  return element("p", { class: `contractor-agent__note contractor-agent__note--${tone}` }, text);
}
