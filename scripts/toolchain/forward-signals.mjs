/** Passes a request to stop on to a child process. Returns what ends the forwarding. */
export function forwardSignals(child) {
  const forward = (signal) => {
    // Ctrl-C on a terminal reaches the child by itself, and a second one means "at once" to many programs.
    if (signal === "SIGINT" && process.stdin.isTTY) return;
    child.kill(signal);
  };
  process.on("SIGINT", forward).on("SIGTERM", forward);
  return () => process.off("SIGINT", forward).off("SIGTERM", forward);
}
