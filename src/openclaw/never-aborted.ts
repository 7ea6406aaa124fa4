/** A signal for hosts that give none: such a turn cannot be cancelled, but it can run. */
export const NEVER_ABORTED = new AbortController().signal;
