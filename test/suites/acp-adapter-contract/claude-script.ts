import { rememberingResponder } from "../../fixtures/scripted-messages-api/remembering-responder.ts";
import { textReply, toolReply, type Responder } from "../../fixtures/scripted-messages-api/reply.ts";

/** A model that does with Claude Code's tools what the scripted ACP agent does by itself on the same prompts. */
export function claudeScript(): Responder {
  const others = rememberingResponder();
  return (request) => {
    const prompt = request.userTexts.at(-1) ?? "";
    const result = request.turnToolResults.at(-1);
    const [verb = "", ...rest] = prompt.split(" ");
    const [milliseconds, ...words] = rest;
    if (verb === "background" && isTaskNotification(request.body.messages.at(-1))) {
      return textReply(words.join(" "), { chunkSize: 4, chunkDelayMs: 40 });
    }
    if (verb === "background" && result !== undefined) return textReply("Started.");
    if (verb === "background") {
      const command = `sleep ${Number(milliseconds) / 1000}`;
      return toolReply("Bash", { command, description: "Wait", run_in_background: true });
    }
    if (verb !== "ask") return others(request);
    if (result !== undefined) return textReply(`The answer: ${result.text}`);
    return toolReply("AskUserQuestion", { questions: [questionOf(rest.join(" "))] });
  };
}

/** Of "Which colour? Red, Blue". */
function questionOf(text: string): Record<string, unknown> {
  const [question = "", answers = ""] = text.split("?");
  const options = answers.split(",").map((label) => ({ label: label.trim(), description: "One of them" }));
  return { question: `${question}?`, header: "Question", multiSelect: false, options };
}

function isTaskNotification(message: unknown): boolean {
  return JSON.stringify(message ?? null).includes("task-notification");
}
