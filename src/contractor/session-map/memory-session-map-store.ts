import { draftOf, type SessionMapDraft } from "./session-map-draft.ts";
import type { SessionMapEntry } from "./session-map-entry.ts";
import { createSessionIndex, type SessionIndex } from "./session-map-index.ts";
import { inTurn, turnsOf } from "./session-map-queue.ts";
import { entriesOf, listOf } from "./session-map-reads.ts";
import { emptySessionMap } from "./session-map-snapshot.ts";
import type {
  ConversationKey,
  PreparedClose,
  SessionActivity,
  SessionMapStore,
} from "./session-map-store.ts";
import { touched } from "./session-map-touches.ts";
import {
  activeOf,
  checkEntry,
  endActive,
  installEntry,
  latestOf,
  leftAt,
  type Ending,
} from "./session-map.ts";

type Change<Result> = (draft: SessionMapDraft) => Result;

/** A store that forgets with the process. Entries are copied on the way in and out, as a file would. */
export function createMemorySessionMapStore({ now = () => new Date() } = {}): SessionMapStore {
  const index = createSessionIndex(emptySessionMap());
  const order = Symbol("the calls that change this store");
  const held = new Set<Promise<undefined>>();

  const read = async <Result>(pick: () => Result): Promise<Result> => structuredClone(await pick());
  const edit = <Result>(change: Change<Result>): Promise<Result> =>
    inTurn(order, async () => {
      await Promise.all(held);
      return editNow(index, change);
    });
  const prepare = (key: ConversationKey, ending: () => Ending): Promise<PreparedClose> => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    held.add(promise);
    const release = (): Promise<void> => {
      held.delete(promise);
      resolve(undefined);
      return Promise.resolve();
    };
    return Promise.resolve({ ...preparedCloseOf(index, { key, ending }), release });
  };
  /** One inside another does not wait for its turn: what is before it may wait for the outer one. */
  const prepareInTurn = (key: ConversationKey, ending: () => Ending): Promise<PreparedClose> =>
    held.size > 0 ? prepare(key, ending) : inTurn(order, () => prepare(key, ending));

  return {
    get: (key) => read(() => activeOf(entriesOf(index, { key }))),
    latest: (key) => read(() => latestOf(entriesOf(index, { key }))),
    leftAt: (key, endpoint) => read(() => leftAt(entriesOf(index, { key }), endpoint)),
    list: (agentId) => read(() => listOf(index, { agentId })),
    incidents: () => Promise.resolve([]),
    install: async (given, { expected, endedBy }) => {
      const entry = checkEntry(given);
      const ending = { by: endedBy, at: now() };
      return edit((draft) => installEntry(draft, { entry, expected, ending }));
    },
    touch: async (given) => {
      const activity = structuredClone(given);
      // As in a file store, a close that is only prepared holds up no turn.
      return inTurn(order, () => read(() => editNow(index, (draft) => touchEntry(draft, activity))));
    },
    close: (key, endedBy) => edit((draft) => endActive(draft, { key, ending: { by: endedBy, at: now() } })),
    prepareClose: (key, by) => prepareInTurn(key, () => ({ by, at: now() })),
    removeAgent: (agentId) => edit((draft) => draft.removeAgent(agentId)),
    flush: () => turnsOf(order),
  };
}

function editNow<Result>(index: SessionIndex, change: Change<Result>): Result {
  const draft = draftOf(index);
  const result = change(draft);
  const changed = draft.change();
  if (changed !== null) index.apply(changed);
  return structuredClone(result);
}

function touchEntry(draft: SessionMapDraft, activity: SessionActivity): boolean {
  const active = activeOf(draft.entriesOf(activity.key));
  if (active?.claudeSessionId !== activity.claudeSessionId) return false;
  draft.upsert(checkEntry(touched(active, activity)));
  return true;
}

function preparedCloseOf(
  index: SessionIndex,
  { key, ending }: { key: ConversationKey; ending: () => Ending },
): Omit<PreparedClose, "release"> {
  let before: SessionMapEntry[] = [];
  return {
    entry: structuredClone(activeOf(index.entriesOf(key))),
    commit() {
      before = index.entriesOf(key);
      editNow(index, (draft) => endActive(draft, { key, ending: ending() }));
    },
    rollback() {
      index.apply({ upsert: before });
      before = [];
    },
  };
}
