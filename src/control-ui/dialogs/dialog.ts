import type { ControlUiHost } from "openclaw/plugin-sdk/control-ui";
import { element } from "../dom/element.ts";

export type DialogPlace = { host: Pick<ControlUiHost, "components" | "signal">; page: HTMLElement };

export type DialogText<Answer> = {
  label: string;
  description: string;
  /** What there is to choose from. */
  choices?: (answer: (value: Answer) => void) => HTMLElement;
  /** A button beside the one that leaves. */
  yes?: { text: string; answer: Answer };
};

/**
 * One of OpenClaw's own dialogs. Resolves to the person's answer, or to null when the person leaves it or the page goes
 * away.
 */
export async function dialog<Answer>(
  { host, page }: DialogPlace,
  text: DialogText<Answer>,
): Promise<Answer | null> {
  const { label, description } = text;
  const { promise, resolve } = Promise.withResolvers<Answer | null>();
  const leave = (): void => {
    resolve(null);
  };
  const mount = document.createElement("div");
  page.after(mount);
  const shown = host.components.mountDialog(mount, {
    ...{ label, description, content: cardOf(text, resolve), onCancel: leave },
    ...(document.activeElement instanceof HTMLElement ? { returnFocusTarget: document.activeElement } : {}),
  });
  host.signal.addEventListener("abort", leave, { once: true });
  try {
    return await promise;
  } finally {
    host.signal.removeEventListener("abort", leave);
    shown.dispose();
    mount.remove();
  }
}

function cardOf<Answer>(
  { label, description, choices, yes }: DialogText<Answer>,
  settle: (answer: Answer | null) => void,
): HTMLElement {
  return element(
    "div",
    { class: "contractor-agent contractor-agent__dialog" },
    element("h2", {}, label),
    element("p", {}, description),
    choices?.(settle) ?? null,
    element(
      "div",
      { class: "contractor-agent__actions" },
      button("Cancel", "plain", () => {
        settle(null);
      }),
      yes === undefined
        ? null
        : button(yes.text, "danger", () => {
            settle(yes.answer);
          }),
    ),
  );
}

function button(text: string, weight: "plain" | "danger", press: () => void): HTMLElement {
  const made = element(
    "button",
    { type: "button", class: `contractor-agent__button contractor-agent__button--${weight}` },
    text,
  );
  made.addEventListener("click", press);
  return made;
}
