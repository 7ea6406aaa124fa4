/** Arguments of Node that have this program (an ES module) run before its own one, in that process alone. */
export function preloadArguments(program: string): string[] {
  return ["--import", `data:text/javascript,${encodeURIComponent(program)}`];
}
