// A plugin beside ours, for the bench. Two routes of the Gateway:
//   /gateway-probe/marks    when our attempts, prompts and openings of spare sessions, and what we asked of the host, began and ended
//                           since the last call
//   /gateway-probe/process  what the Gateway's process holds, after a full garbage collection

import { subscribe } from "node:diagnostics_channel";
import { EventEmitter } from "node:events";
import process from "node:process";
import { queryObjects, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Those of one turn, with room to spare: marks that nobody takes must not grow. */
const MARKS_KEPT = 64;

/** The host evaluates a plugin several times in one process. */
const MARKS = Symbol.for("gateway-probe/marks");

function marks() {
  if (globalThis[MARKS] !== undefined) return globalThis[MARKS];
  const kept = (globalThis[MARKS] = []);
  for (const [channel, what, endEvent] of [
    ["attempt", "attempt", "asyncEnd"],
    ["prompt", "prompt", "asyncEnd"],
    ["host", "host", "asyncEnd"],
    ["spare", "spare", "asyncEnd"],
    // What the host does synchronously for us is the host's as well.
    ["tools", "host", "end"],
  ]) {
    for (const [event, phase] of [
      ["start", "start"],
      [endEvent, "end"],
    ]) {
      subscribe(`tracing:contractor-agent:${channel}:${event}`, () => {
        kept.push({ what: `${what}-${phase}`, at: Number(process.hrtime.bigint()) / 1e6 });
        if (kept.length > MARKS_KEPT) kept.shift();
      });
    }
  }
  return kept;
}

function processState() {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  const resources = process.getActiveResourcesInfo();
  const { heapUsed, rss } = process.memoryUsage();
  return {
    pid: process.pid,
    heapUsed,
    rss,
    handles: resources.length,
    handlesByType: Object.fromEntries(
      Object.entries(Object.groupBy(resources, (type) => type)).map(([type, all]) => [type, all.length]),
    ),
    processListeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
    emitters: queryObjects(EventEmitter),
    abortSignals: queryObjects(globalThis.AbortSignal),
  };
}

export function register(api) {
  const route = (path, answer) =>
    api.registerHttpRoute({
      path,
      auth: "plugin",
      handler: (request, response) => {
        response.setHeader("content-type", "application/json");
        response.end(JSON.stringify(answer()));
        return true;
      },
    });
  // From the start on, so that the first turn is seen.
  if (api.registrationMode === undefined || api.registrationMode === "full") marks();
  route("/gateway-probe/marks", () => marks().splice(0));
  route("/gateway-probe/process", processState);
}
