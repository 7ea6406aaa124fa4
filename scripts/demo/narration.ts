import { styleText } from "node:util";

export function heading(text: string): void {
  console.log(`\n${styleText("bold", text)}\n`);
}

export function note(text: string): void {
  console.log(styleText("dim", text));
}

/** Does one thing and says what, and how long it took. */
export async function step<Value>(what: string, work: () => Promise<Value>): Promise<Value> {
  const startedAt = performance.now();
  process.stdout.write(styleText("dim", `- ${what} … `));
  const value = await work();
  console.log(styleText("dim", `${((performance.now() - startedAt) / 1_000).toFixed(1)} s`));
  return value;
}
