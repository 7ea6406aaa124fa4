import type { SessionMapFile } from "./session-map-entry.ts";
import type { SessionMapStore } from "./session-map-store.ts";
import {
  closeEntry,
  emptySessionMap,
  findActive,
  listEntries,
  orphanEntry,
  putEntry,
  removeAgentEntries,
  type SessionMapChange,
} from "./session-map.ts";

/** A store that forgets with the process. Entries are copied on the way in and out, as a file would. */
export function createMemorySessionMapStore(): SessionMapStore {
  let map: SessionMapFile = emptySessionMap();

  // Inside a promise, so that an error rejects as it does in the file store.
  const read = <Result>(pick: (map: SessionMapFile) => Result): Promise<Result> =>
    new Promise((resolve) => {
      resolve(structuredClone(pick(map)));
    });

  const change = <Result>(edit: (map: SessionMapFile) => SessionMapChange<Result>): Promise<Result> =>
    new Promise((resolve) => {
      const edited = structuredClone(edit(map));
      map = edited.map;
      resolve(structuredClone(edited.result));
    });

  return {
    get: (key) => read((current) => findActive(current, key)),
    put: (entry) => change((current) => putEntry(current, entry)),
    close: (key) => change((current) => closeEntry(current, key)),
    markOrphaned: (key) => change((current) => orphanEntry(current, key)),
    list: (agentId) => read((current) => listEntries(current, agentId)),
    removeAgent: (agentId) => change((current) => removeAgentEntries(current, agentId)),
  };
}
