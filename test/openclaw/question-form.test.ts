import { describe, expect, it } from "vitest";
import { askUserQuestionForm } from "../../src/openclaw/question-form.ts";

const OTHER = { type: "string", title: "Other" };
const RED = { const: "Red", title: "Red", description: "As a rose" };
const BLUE = { const: "Blue", title: "Blue" };

const COLOUR = { type: "string", title: "Colour", oneOf: [RED, BLUE] };
const COLOURS = {
  type: "array",
  title: "Several colours",
  description: "Which ones?",
  items: { anyOf: [RED, BLUE] },
};

const schemaOf = (properties: Record<string, unknown>) => ({ type: "object", properties });
const form = (properties: Record<string, unknown>) => askUserQuestionForm("Which one?", schemaOf(properties));

describe("AskUserQuestion as a form", () => {
  it("becomes the host's questions, each within its limits", () => {
    expect(form({ question_0: COLOUR, question_0_custom: OTHER, question_1: COLOURS })?.questions).toEqual([
      {
        id: "question_0",
        header: "Colour",
        question: "Which one?",
        options: [{ label: "Red", description: "As a rose" }, { label: "Blue" }],
        multiSelect: false,
        isOther: true,
      },
      {
        id: "question_1",
        header: "Several col…",
        question: "Which ones?",
        options: [{ label: "Red", description: "As a rose" }, { label: "Blue" }],
        multiSelect: true,
        isOther: false,
      },
    ]);
  });

  const both = {
    question_0: COLOUR,
    question_0_custom: OTHER,
    question_1: COLOURS,
    question_1_custom: OTHER,
  };

  it.each<[string, Record<string, string[]>, Record<string, unknown>]>([
    ["a choice", { question_0: ["Blue"] }, { question_0: "Blue" }],
    ["several", { question_1: ["Red", "Blue"] }, { question_1: ["Red", "Blue"] }],
    ["one's own words", { question_0: ["Green"] }, { question_0_custom: "Green" }],
    [
      "both",
      { question_1: ["Red", "Green", "Grey"] },
      { question_1: ["Red"], question_1_custom: "Green, Grey" },
    ],
    ["nothing", { question_0: [], question_1: [] }, {}],
    ["an empty word", { question_0: [" "] }, {}],
    ["answers to nothing", { question_9: ["Red"] }, {}],
    [
      "both questions",
      { question_0: ["Red"], question_1: ["Blue"] },
      { question_0: "Red", question_1: ["Blue"] },
    ],
  ])("goes back with %s", (_, answers, content) => {
    expect(form(both)?.contentOf(answers)).toEqual(content);
  });

  it("drops own words where the form has no place for them", () => {
    expect(form({ question_0: COLOUR })?.contentOf({ question_0: ["Green"] })).toEqual({});
  });

  it("shows hostile labels cleaned, and gives back what Claude called them", () => {
    const hostile = { const: "Red\u001b[31m\u202e", title: "Red\u001b[31m\u202e" };
    const asked = form({ question_0: { ...COLOUR, title: "C\u200bolour\n", oneOf: [hostile, BLUE] } });
    expect(asked?.questions[0]).toMatchObject({
      header: "Colour",
      options: [{ label: "Red" }, { label: "Blue" }],
    });
    expect(asked?.contentOf({ question_0: ["Red"] })).toEqual({ question_0: "Red\u001b[31m\u202e" });
  });

  it.each<[string, unknown]>([
    ["no schema", null],
    ["no properties", { type: "object" }],
    ["no question", schemaOf({})],
    ["another form", schemaOf({ name: { type: "string" } })],
    ["another field among the questions", schemaOf({ question_0: COLOUR, choice: OTHER })],
    ["no choices", schemaOf({ question_0: { type: "string" } })],
    [
      "choices that look alike",
      schemaOf({ question_0: { oneOf: [RED, { const: "red2", title: "Red\u200b" }] } }),
    ],
    ["a choice that is none", schemaOf({ question_0: { oneOf: [RED, { const: 7 }] } })],
    [
      "more choices than the host can show",
      schemaOf({ question_0: { oneOf: ["1", "2", "3", "4", "5"].map((value) => ({ const: value })) } }),
    ],
  ])("is null for %s", (_, schema) => {
    expect(askUserQuestionForm("Which one?", schema)).toBeNull();
  });

  it("has room for why nobody has answered, where one's own words are an answer", () => {
    expect(form({ question_0: COLOUR, question_0_custom: OTHER })?.unanswered("nobody is there")).toEqual({
      question_0_custom: "(nobody is there)",
    });
    expect(form({ question_0: COLOUR })?.unanswered("nobody is there")).toBeNull();
  });
});
