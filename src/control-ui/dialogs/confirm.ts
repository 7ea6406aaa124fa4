import { element } from "../dom/element.ts";
import { dialog, type DialogPlace } from "./dialog.ts";

/** Whether the person says yes. */
export async function confirmed(
  place: DialogPlace,
  { label, description, yes }: { label: string; description: string; yes: string },
): Promise<boolean> {
  const answer = await dialog<boolean>(place, {
    ...{ label, description },
    fill(settle) {
      const cancel = element("button", { type: "button", class: "contractor-agent__button" }, "Cancel");
      const sure = element(
        "button",
        { type: "button", class: "contractor-agent__button contractor-agent__button--danger" },
        yes,
      );
      cancel.addEventListener("click", () => {
        settle(false);
      });
      sure.addEventListener("click", () => {
        settle(true);
      });
      return element(
        "div",
        { class: "contractor-agent contractor-agent__dialog" },
        element("h2", {}, label),
        element("p", {}, description),
        element("div", { class: "contractor-agent__actions" }, cancel, sure),
      );
    },
  });
  return answer === true;
}
