/** What Node's `fetch` sends with. */
type Dispatcher = { dispatch(options: Record<string, unknown>, handler: unknown): boolean };

/** Where Node keeps it; a host may have put one there that uses a proxy. */
const GLOBAL_DISPATCHER = Symbol.for("undici.globalDispatcher.1");

/**
 * Node's `fetch` gives up after five minutes without a byte. A model on somebody's own machine may need longer to read a
 * long conversation, and Claude Code has a limit of its own and hangs up, so there is none in here.
 */
export const patientFetch: typeof fetch = (input, init) => {
  const dispatcher: unknown = Reflect.get(globalThis, GLOBAL_DISPATCHER);
  if (!isDispatcher(dispatcher)) return fetch(input, init);
  const patient: Dispatcher = {
    dispatch: (options, handler) =>
      dispatcher.dispatch({ ...options, headersTimeout: 0, bodyTimeout: 0 }, handler),
  };
  const patientInit: Record<string, unknown> = { ...init, dispatcher: patient };
  return fetch(input, patientInit);
};

function isDispatcher(value: unknown): value is Dispatcher {
  return typeof value === "object" && value !== null && "dispatch" in value;
}
