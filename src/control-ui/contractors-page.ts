import type { ControlUiHost, ControlUiView } from "openclaw/plugin-sdk/control-ui";
import { ACTIONS, actionKey, type Action, type Desk } from "./desk.ts";
import { createDeskRequests } from "./desk-requests.ts";
import { morph } from "./dom/morph.ts";
import { carryOut } from "./page-actions.ts";
import { pageView } from "./views/page.ts";

/** How often the page asks while somebody looks at it, in ms. */
const LOOK_AGAIN_MS = 3_000;
/** What OpenClaw tells of by itself; it is looked again at once. */
const EVENTS = ["plugin.approval.requested", "plugin.approval.resolved", "sessions.changed"];

/** The page of the Control UI that shows the contractors and their conversations. */
export const contractorsPage: ControlUiView = (container, context) => {
  const { host, signal } = context;
  const requests = createDeskRequests(host);
  const page = document.createElement("div");
  container.append(page);
  let presented = context.presented;
  let desk = emptyDesk(host);
  let timer: number | undefined;
  let loading: Promise<void> | undefined;

  function show(change: Partial<Desk>): void {
    if (signal.aborted) return;
    desk = { ...desk, ...change, ...hostFacts(host) };
    const next = document.createElement("div");
    next.append(pageView(desk));
    morph(page, next);
  }

  async function load(): Promise<void> {
    try {
      const overview = await requests.overview({ ended: desk.withEnded });
      const approvals = await requests.approvals(overview.contractors.map(({ agentId }) => agentId));
      show({ overview, approvals, problem: null });
    } catch (cause) {
      show({ problem: `The Gateway did not tell what is running: ${wordsOf(cause)}` });
    }
  }

  /** What is asked for while an answer is on its way is asked again: that answer may be older. */
  function look(): Promise<void> {
    window.clearTimeout(timer);
    if (signal.aborted || !host.connection.connected) return Promise.resolve();
    const turn = (loading ?? Promise.resolve()).then(load).finally(() => {
      if (loading !== turn) return;
      loading = undefined;
      if (!signal.aborted && presented && !document.hidden)
        timer = window.setTimeout(() => void look(), LOOK_AGAIN_MS);
    });
    loading = turn;
    return turn;
  }

  async function act(action: Action): Promise<void> {
    const key = actionKey(action);
    if (desk.underWay.has(key)) return;
    show({ notice: null, underWay: new Set([...desk.underWay, key]) });
    let notice: Desk["notice"] = null;
    try {
      if (action.name === "ended") show({ withEnded: !desk.withEnded });
      const text = await carryOut(action, { host, page, requests });
      if (text !== null) notice = { kind: "done", text };
    } catch (cause) {
      notice = { kind: "failed", text: wordsOf(cause) };
    }
    show({ notice, underWay: new Set([...desk.underWay].filter((other) => other !== key)) });
    await look();
  }

  page.addEventListener("click", ({ target }) => {
    const action = target instanceof Element ? actionOf(target.closest("[data-action]")) : null;
    if (action !== null) void act(action);
  });
  const lookNow = (): void => void look();
  document.addEventListener("visibilitychange", lookNow, { signal });
  const stops = [
    ...EVENTS.map((event) => host.onEvent(event, lookNow)),
    host.subscribe(() => {
      show({});
      if (loading === undefined && desk.overview === null) lookNow();
    }),
  ];
  show({});
  lookNow();
  return {
    update(next) {
      const appeared = next.presented && !presented;
      presented = next.presented;
      if (appeared) lookNow();
    },
    focus() {
      page.querySelector("button")?.focus();
    },
    dispose() {
      window.clearTimeout(timer);
      for (const stop of stops) stop();
      page.remove();
    },
  };
};

function emptyDesk(host: ControlUiHost): Desk {
  return {
    ...{ overview: null, approvals: [], problem: null, notice: null, withEnded: false },
    underWay: new Set(),
    ...hostFacts(host),
  };
}

function hostFacts(host: ControlUiHost): Pick<Desk, "connected" | "rights" | "nameOf"> {
  const { connected, canWrite, canAdmin } = host.connection;
  const names = new Map(
    host.sessions.rows.map(({ key, label, displayName }) => [key, label ?? displayName] as const),
  );
  return {
    connected,
    rights: { write: canWrite, admin: canAdmin },
    nameOf: ({ sessionKey }) => names.get(sessionKey),
  };
}

function actionOf(pressed: Element | null): Action | null {
  if (!(pressed instanceof HTMLElement)) return null;
  const { action, agentId, sessionKey, approvalId } = pressed.dataset;
  const name = ACTIONS.find((known) => known === action);
  if (name === undefined) return null;
  return {
    name,
    ...(agentId === undefined ? {} : { agentId }),
    ...(sessionKey === undefined ? {} : { sessionKey }),
    ...(approvalId === undefined ? {} : { approvalId }),
  };
}

function wordsOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
