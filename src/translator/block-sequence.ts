/** One server-sent event of the Messages API; `type` is its `event:` line as well. */
export type MessageEvent = { type: string; [field: string]: unknown };

type Fields = { type: string; [field: string]: unknown };

type Block = { key: string; start: Fields; waiting: Fields[]; ended: boolean };

export type BlockSequence = {
  /** Puts the delta into the open block of this key, or into a new one that begins with `start`. */
  extend(block: { key: string; start: Fields }, delta: Fields): MessageEvent[];
  /** Begins a block that is open until it is ended. */
  begin(block: { key: string; start: Fields }): MessageEvent[];
  end(key: string): MessageEvent[];
  endAll(): MessageEvent[];
};

/**
 * In the Messages API a block begins when the one before it has ended. The library keeps text open until the answer ends,
 * and all tool calls until then, so blocks stand in line here: the first one is passed on as it comes, the others wait.
 */
export function createBlockSequence(): BlockSequence {
  const line: Block[] = [];
  let index = 0;
  let isOpen = false;

  function openBlock(key: string): Block | undefined {
    return line.find((block) => block.key === key && !block.ended);
  }

  function join(key: string, start: Fields): Block {
    const last = line.at(-1);
    // Nothing comes behind text or thinking once something else has begun.
    if (last !== undefined && last.start.type !== "tool_use") last.ended = true;
    const block = { key, start, waiting: [], ended: false };
    line.push(block);
    return block;
  }

  function* passOn(): Generator<MessageEvent> {
    for (let first = line[0]; first !== undefined; first = line[0]) {
      if (!isOpen) yield { type: "content_block_start", index, content_block: first.start };
      isOpen = true;
      for (const delta of first.waiting.splice(0)) yield { type: "content_block_delta", index, delta };
      if (!first.ended) return;
      yield { type: "content_block_stop", index };
      isOpen = false;
      index += 1;
      line.shift();
    }
  }

  return {
    extend({ key, start }, delta) {
      const block = openBlock(key) ?? join(key, start);
      block.waiting.push(delta);
      return [...passOn()];
    },
    begin({ key, start }) {
      join(key, start);
      return [...passOn()];
    },
    end(key) {
      const block = openBlock(key);
      if (block !== undefined) block.ended = true;
      return [...passOn()];
    },
    endAll() {
      for (const block of line) block.ended = true;
      return [...passOn()];
    },
  };
}
