import { rememberingResponder } from "../../fixtures/scripted-messages-api/remembering-responder.ts";
import {
  errorReply,
  textReply,
  toolReply,
  type MessageReply,
  type Reply,
  type Responder,
} from "../../fixtures/scripted-messages-api/reply.ts";
import type { MessagesRequest } from "../../fixtures/scripted-messages-api/request-log.ts";

export type TurnScript = {
  responder: Responder;
  /** Lets go on what the script holds back under this word. */
  release(word: string): void;
};

const COLOURS = {
  question: "Which colour shall the door have?",
  header: "Colour",
  options: [
    { label: "Red", description: "Loud" },
    { label: "Blue", description: "Calm" },
  ],
  multiSelect: false,
};

const PLAN = [
  { content: "Look at the door", status: "completed", activeForm: "Looking at the door" },
  { content: "Paint the door", status: "in_progress", activeForm: "Painting the door" },
];

/** At the beginning of a line; the other verbs are the remembering model's. */
const INSTRUCTION =
  /^(halves|hold|colour|plan|look|refuse|say|remember|write|run|read|count to|what did) (\S+)/gm;

/**
 * The remembering model, with verbs for what a whole turn can do. A prompt is `<verb> <word>` in a line
 * of its own, because backends put context around a message; the last such line counts:
 *
 * - `halves <word>`: one half of an answer, a tool, and the second half only after `release(word)`
 * - `hold <word>`: nothing before `release(word)`
 * - `colour <word>`: asks the person which colour
 * - `plan <word>`: writes a plan
 * - `look <word>`: says how many images it was shown
 * - `refuse <word>`: the endpoint refuses the key
 */
export function createTurnScript(): TurnScript {
  const remembering = rememberingResponder();
  const gates = new Map<string, PromiseWithResolvers<undefined>>();
  function gate(word: string): PromiseWithResolvers<undefined> {
    const found = gates.get(word) ?? Promise.withResolvers<undefined>();
    gates.set(word, found);
    return found;
  }

  async function respond(request: MessagesRequest): Promise<Reply> {
    const [, verb, word = ""] = [...request.lastUserText.matchAll(INSTRUCTION)].at(-1) ?? [];
    const isFirst = request.turnToolResults.length === 0;
    switch (verb) {
      case "halves":
        if (isFirst) return firstHalf(request, word);
        await gate(word).promise;
        return textReply(`Second half of ${word}.`);
      case "hold":
        await gate(word).promise;
        return textReply(`Held ${word}.`);
      case "colour":
        return isFirst
          ? toolReply("AskUserQuestion", { questions: [COLOURS] })
          : textReply(`You said: ${request.turnToolResults.at(-1)?.text ?? ""}`);
      case "plan":
        return isFirst ? toolReply("TodoWrite", { todos: PLAN }) : textReply("Planned.");
      case "look":
        return textReply(`I see ${imagesIn(request)} images.`);
      case "refuse":
        return errorReply(401, "invalid x-api-key");
      default:
        return remembering(request);
    }
  }

  return {
    responder: respond,
    release: (word) => {
      gate(word).resolve(undefined);
    },
  };
}

function firstHalf({ workingDirectory }: MessagesRequest, word: string): MessageReply {
  const file_path = `${workingDirectory ?? ""}/README.md`;
  return {
    content: [
      { type: "thinking", thinking: `About ${word}.` },
      { type: "text", text: `First half of ${word}. ` },
      { type: "tool_use", name: "Read", input: { file_path } },
    ],
  };
}

/** Also those that a tool has read. */
function imagesIn({ body }: MessagesRequest): number {
  return JSON.stringify(body.messages).match(/"type":"image"/g)?.length ?? 0;
}
