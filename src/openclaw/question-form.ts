import type { QuestionAnswer } from "../acp/acp-adapter.ts";
import { plainLine, plainText } from "./plain-text.ts";

type Content = Extract<QuestionAnswer, { action: "accept" }>["content"];
type Option = { label: string; description?: string };

/** One question as the host's question methods take it. */
export type HostQuestion = {
  id: string;
  header: string;
  question: string;
  options: Option[];
  multiSelect: boolean;
  isOther: boolean;
};

/** Claude's AskUserQuestion for the host, and the way back. */
export type QuestionForm = {
  questions: HostQuestion[];
  contentOf(answers: Record<string, readonly string[]>): Content;
  /** What stands in place of answers that nobody gave, for Claude to read; null where only a choice is an answer. */
  unanswered(reason: string): Content | null;
};

/** What the host's question schema takes at most. */
const HEADER_LIMIT = 12;
const OPTIONS_MAX = 4;
const LABEL_LIMIT = 200;
const QUESTION_LIMIT = 2_000;

type Field = { question: HostQuestion; choices: Map<string, string> };

/**
 * Reads claude-agent-acp's form for AskUserQuestion: `question_0`, `question_1`, … each with a `question_<n>_custom` for
 * an answer in one's own words. Null when the schema is another form or the host could not show it.
 */
export function askUserQuestionForm(message: string, schema: unknown): QuestionForm | null {
  const properties = recordOf(recordOf(schema)?.["properties"]);
  if (properties === null) return null;
  const names = Object.keys(properties);
  if (!names.includes("question_0") || names.some((name) => !/^question_\d+(_custom)?$/.test(name)))
    return null;
  const asked = names.filter((name) => !name.endsWith("_custom"));
  const fields = asked.map((name) =>
    fieldOf({ name, message, property: properties[name], isOther: names.includes(`${name}_custom`) }),
  );
  const known = fields.filter((field) => field !== null);
  if (known.length !== fields.length) return null;
  return {
    questions: known.map(({ question }) => question),
    contentOf: (answers) =>
      Object.assign(
        {},
        ...known.map((field) => answerOf(field, answers[field.question.id] ?? [])),
      ) as Content,
    unanswered(reason) {
      if (known.some(({ question }) => !question.isOther)) return null;
      return Object.fromEntries(known.map(({ question }) => [`${question.id}_custom`, `(${reason})`]));
    },
  };
}

function fieldOf(asked: {
  name: string;
  message: string;
  property: unknown;
  isOther: boolean;
}): Field | null {
  const property = recordOf(asked.property) ?? {};
  const multiSelect = property["type"] === "array";
  const options = multiSelect ? recordOf(property["items"])?.["anyOf"] : property["oneOf"];
  const described = Array.isArray(options) ? options.map((option: unknown) => choiceOf(option)) : [];
  const choices = described.filter((choice) => choice !== null);
  const byLabel = new Map(choices.map(({ option, value }) => [option.label, value]));
  // A choice that is dropped or that looks like another one would be an answer that nobody gave.
  if (choices.length !== described.length || byLabel.size !== choices.length) return null;
  if (choices.length === 0 || choices.length > OPTIONS_MAX) return null;
  const header = plainLine(stringOf(property["title"]), HEADER_LIMIT);
  const question: HostQuestion = {
    id: asked.name,
    header: header || "Question",
    question: plainText(stringOf(property["description"]) || asked.message, QUESTION_LIMIT) || header || "?",
    options: choices.map(({ option }) => option),
    multiSelect,
    isOther: asked.isOther,
  };
  return { question, choices: byLabel };
}

function choiceOf(option: unknown): { option: Option; value: string } | null {
  const { const: value, title, description } = recordOf(option) ?? {};
  const label = plainLine(stringOf(title) || stringOf(value), LABEL_LIMIT);
  if (typeof value !== "string" || label === "") return null;
  const explained = plainLine(stringOf(description), QUESTION_LIMIT);
  return { value, option: explained === "" ? { label } : { label, description: explained } };
}

/** What is none of the labels was said in one's own words. */
function answerOf({ question, choices }: Field, given: readonly string[]): Content {
  const picked = given.map((label) => choices.get(label)).filter((value) => value !== undefined);
  const own = given.filter((label) => !choices.has(label) && label.trim() !== "").join(", ");
  const custom: Content = own !== "" && question.isOther ? { [`${question.id}_custom`]: own } : {};
  if (question.multiSelect) return picked.length === 0 ? custom : { [question.id]: picked, ...custom };
  const [first] = picked;
  return first === undefined ? custom : { [question.id]: first, ...custom };
}

function recordOf(value: unknown): Record<string, unknown> | null {
  return typeof value === "object" && value !== null ? { ...value } : null;
}

function stringOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
