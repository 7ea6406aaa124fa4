import { cpus, release, totalmem, type } from "node:os";

/** One line about what the figures were taken on. */
export function describeMachine(): string {
  const cores = cpus();
  const model = cores[0]?.model.trim() ?? "unknown CPU";
  const memory = Math.round(totalmem() / 1_024 ** 3);
  return `${model}, ${cores.length} cores, ${memory} GB, ${type()} ${release()}, Node ${process.version}`;
}
