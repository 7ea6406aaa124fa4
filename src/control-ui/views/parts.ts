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
      // One that is under way stays enabled: what is disabled loses the focus.
      disabled: !desk.connected,
    },
    text,
  );
}

/** How much of something is used. It warns from three quarters on. */
export function bar(of: { label: string; used: number; limit: number; text: string }): HTMLElement {
  const { label, used, limit, text } = of;
  const share = limit > 0 ? used / limit : 0;
  const percent = Math.min(100, Math.round(share * 100));
  const tone = share >= 0.9 ? "bad" : share >= 0.75 ? "warn" : "good";
  return element(
    "div",
    { class: "contractor-agent__bar" },
    element("span", { class: "contractor-agent__bar-label" }, label),
    element(
      "div",
      {
        class: `contractor-agent__meter contractor-agent__meter--${tone}`,
        role: "meter",
        "aria-label": label,
        "aria-valuemin": 0,
        "aria-valuemax": 100,
        "aria-valuenow": percent,
        "aria-valuetext": text,
      },
      element("div", { style: `inline-size: ${percent}%` }),
    ),
    element("span", { class: "contractor-agent__bar-text" }, text),
  );
}

/** `whole`: the value where it is shown cut. */
export type Fact = [label: string, value: string, whole?: string];

/** "label value" pairs in a line. */
export function facts(all: Fact[]): HTMLElement {
  return element(
    "dl",
    { class: "contractor-agent__facts" },
    all.map(([label, value, whole]) =>
      element("div", {}, element("dt", {}, label), element("dd", { title: whole }, value)),
    ),
  );
}

export function note(text: string, tone: Tone): HTMLElement {
  return element("p", { class: `contractor-agent__note contractor-agent__note--${tone}` }, text);
}
