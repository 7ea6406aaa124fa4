import type { ControlUiHost } from "openclaw/plugin-sdk/control-ui";

export type DialogPlace = { host: Pick<ControlUiHost, "components" | "signal">; page: HTMLElement };

/**
 * One of OpenClaw's own dialogs. Resolves to what `fill` answers with, or to null when the person leaves it or the page
 * goes away.
 */
export async function dialog<Answer>(
  { host, page }: DialogPlace,
  {
    label,
    description,
    fill,
  }: { label: string; description: string; fill: (answer: (value: Answer) => void) => HTMLElement },
): Promise<Answer | null> {
  const { promise, resolve } = Promise.withResolvers<Answer | null>();
  const leave = (): void => {
    resolve(null);
  };
  const mount = document.createElement("div");
  page.after(mount);
  const shown = host.components.mountDialog(mount, {
    ...{ label, description, content: fill(resolve), onCancel: leave },
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
