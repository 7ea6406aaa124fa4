const lastInTurn = new Map<unknown, Promise<unknown>>();

/** Runs the jobs of one name one after the other, in the order of the calls in this process. */
export async function inTurn<Result>(name: unknown, job: () => Promise<Result>): Promise<Result> {
  const turn = (lastInTurn.get(name) ?? Promise.resolve()).then(job, job);
  lastInTurn.set(name, turn);
  try {
    return await turn;
  } finally {
    if (lastInTurn.get(name) === turn) lastInTurn.delete(name);
  }
}

/** Settles, and never rejects, when the jobs of that name that are known now have run. */
export async function turnsOf(name: unknown): Promise<void> {
  await lastInTurn.get(name)?.catch(() => undefined);
}
