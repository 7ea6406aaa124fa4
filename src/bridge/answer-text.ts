import { createRepeatedText } from "./repeated-text.ts";

/** The text of one answer. Everything that adds to it returns what is new, so that both views of it agree. */
export type AnswerText = {
  readonly text: string;
  /** A chunk of Claude's own words. */
  say(chunk: string, messageId: string | null | undefined): string;
  /** A paragraph of this plugin's own in front of what comes next. */
  announce(paragraph: string): string;
  /** A paragraph of this plugin's own after everything. */
  append(paragraph: string): string;
  /** Something else was done: text before and after it is two paragraphs of one answer. */
  interrupt(): void;
};

export function createAnswerText(): AnswerText {
  const repeated = createRepeatedText();
  let text = "";
  let interrupted = false;

  function add(delta: string): string {
    text += delta;
    return delta;
  }

  function gap(): string {
    if (text === "" || text.endsWith("\n\n")) return "";
    return text.endsWith("\n") ? "\n" : "\n\n";
  }

  return {
    get text() {
      return text;
    },
    say(chunk, messageId) {
      const { text: fresh, apart } = repeated.take(chunk, messageId);
      interrupted ||= apart;
      if (fresh === "") return "";
      const delta = interrupted && text !== "" ? `${gap()}${fresh.trimStart()}` : fresh;
      if (interrupted && delta.trim() === "") return "";
      interrupted = false;
      return add(delta);
    },
    announce: (paragraph) => add(`${gap()}${paragraph}\n\n`),
    append: (paragraph) => add(`${gap()}${paragraph}`),
    interrupt() {
      interrupted = true;
      repeated.forget();
    },
  };
}
