import { describe, expect, it } from "vitest";
import { deleteBaseAgent } from "../../src/openclaw/agents-add-runner.ts";

const LATE =
  "gateway timeout after 10000ms\nThe request was already sent to the gateway; its outcome is unknown.";

/** Runs of the command that end with these words, one after the other; undefined for one that succeeds. */
function runsThatEnd(...failures: (string | undefined)[]) {
  const left = [...failures];
  const commands: string[][] = [];
  return {
    commands,
    run: (command: string[]) => {
      commands.push(command);
      return Promise.resolve({ output: undefined, failure: left.shift() });
    },
  };
}

describe("deleteBaseAgent", () => {
  it("asks again while nobody knows how it ended, and is content when the agent is gone then", async () => {
    const { run, commands } = runsThatEnd(LATE, LATE, 'Agent "dev" not found. Run openclaw agents list.');
    await deleteBaseAgent("dev", run);
    expect(commands).toEqual(Array(3).fill(["agents", "delete", "dev", "--force"]));
  });

  it("gives up after three times, and says that the same command may succeed later", async () => {
    const { run, commands } = runsThatEnd(LATE, LATE, LATE);
    await expect(deleteBaseAgent("dev", run)).rejects.toMatchObject({
      code: "agent-delete-failed",
      retryable: true,
    });
    expect(commands).toHaveLength(3);
  });

  it.each(['Agent "dev" is the only configured agent and cannot be deleted.', 'Agent "dev" not found.'])(
    "takes any other answer as it is: %s",
    async (words) => {
      const { run, commands } = runsThatEnd(words);
      await expect(deleteBaseAgent("dev", run)).rejects.toMatchObject({
        code: "agent-delete-failed",
        message: expect.stringContaining(words) as string,
        retryable: false,
      });
      expect(commands).toHaveLength(1);
    },
  );
});
