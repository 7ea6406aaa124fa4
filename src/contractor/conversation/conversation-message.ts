/** One use of a tool, with what came of it. */
export type ToolUse = {
  name: string;
  input: unknown;
  /** What it gave back; null when nothing was noted. */
  result: string | null;
  failed: boolean;
};

/** One message of a conversation, as a person reads it. */
export type ConversationMessage = {
  /** `system`: neither side's words, such as a command's output or what a compaction left. */
  role: "user" | "assistant" | "system";
  content: string;
  /** ISO timestamp; null when none was noted. */
  at: string | null;
  /** What came along with the message: sender, group, files, OpenClaw's instructions, an earlier session's summary. */
  context?: string;
  reasoning?: string;
  /** The Claude model that answered. */
  model?: string;
  tools?: ToolUse[];
};

/** Several conversations' messages as one, by time; those without a time stay behind the one before them. */
export async function* inOrderOfTime(
  sources: AsyncIterable<ConversationMessage>[],
): AsyncGenerator<ConversationMessage> {
  const heads = await Promise.all(
    sources.map(async (source) => {
      const rest = source[Symbol.asyncIterator]();
      return { rest, next: await rest.next() };
    }),
  );
  for (;;) {
    const open = heads.filter(({ next }) => next.done !== true);
    const [first, ...others] = open;
    if (first === undefined) return;
    const earliest = others.reduce(
      (best, head) => (timeOf(head.next) < timeOf(best.next) ? head : best),
      first,
    );
    yield earliest.next.value as ConversationMessage;
    earliest.next = await earliest.rest.next();
  }
}

function timeOf({ value }: IteratorResult<ConversationMessage, unknown>): number {
  const { at } = value as ConversationMessage;
  return at === null ? -Infinity : Date.parse(at);
}
