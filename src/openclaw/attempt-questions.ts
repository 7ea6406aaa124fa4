import { setTimeout as delay } from "node:timers/promises";
import { agentHarnessStructuredInput } from "openclaw/plugin-sdk/agent-harness-runtime";
import type { QuestionAnswer, QuestionRequest } from "../acp/acp-adapter.ts";
import { unexpectedFailure } from "../errors/unexpected-failure.ts";
import type { AttemptParams } from "./harness-types.ts";
import { plainLine } from "./plain-text.ts";
import { askUserQuestionForm, type QuestionForm } from "./question-form.ts";

const MESSAGE_LIMIT = 1_000;
const AGAIN_AFTER_MS = 500;
const UNATTENDED_TRIGGERS: readonly string[] = ["cron", "heartbeat", "memory"];

export type QuestionContext = {
  signal: AbortSignal;
  waitMs: number;
  log: (message: string) => void;
  /** OpenClaw's structured questions. */
  ask?: AskStructured;
};

export type AskStructured = typeof agentHarnessStructuredInput.run;

/**
 * Asks through OpenClaw's structured questions. The turn goes on without an answer when there is none; Claude is told
 * why, where its form has room for words. A question that could not be put is put once more: the host asks over a
 * connection to its own Gateway, which a busy machine may not open in time.
 */
export async function answerQuestion(
  params: AttemptParams,
  request: QuestionRequest,
  { signal, waitMs, log, ask = agentHarnessStructuredInput.run }: QuestionContext,
): Promise<QuestionAnswer> {
  const { sessionKey, agentId, runId } = params;
  if (sessionKey === undefined || unaskable(params) !== undefined || waitMs < 1) return { action: "decline" };
  const form = askUserQuestionForm(request.message, request.schema);
  const put = (): ReturnType<AskStructured> =>
    ask({
      input: inputOf(request, form),
      sessionKey,
      ...(agentId === undefined ? {} : { agentId }),
      runId,
      timeoutMs: waitMs,
      // The original: a copy's capability carries no authority to ask.
      delivery: params,
      signal,
      isActive: () => !signal.aborted,
      promptOptions: { intro: "Claude Code asks:" },
    });
  const failed = (cause: unknown): void => {
    log(`run ${runId}: a question of Claude Code's could not be asked: ${unexpectedFailure(cause).message}`);
  };
  try {
    const result = await put().catch(async (cause: unknown) => {
      if (signal.aborted) throw cause;
      failed(cause);
      await delay(AGAIN_AFTER_MS, undefined, { signal });
      return put();
    });
    if (signal.aborted) return { action: "cancel" };
    if (result.status === "answered") {
      return { action: "accept", content: form === null ? result.content : form.contentOf(result.answers) };
    }
    log(
      `run ${runId}: a question of Claude Code's was ${result.status}: ${result.message ?? "no reason given"}`,
    );
    const reason =
      result.status === "declined" ? "the person does not want to answer this" : "nobody has answered this";
    return withoutAnswer(form, reason);
  } catch (cause) {
    if (signal.aborted) return { action: "cancel" };
    failed(cause);
    return withoutAnswer(form, "OpenClaw could not put this to the person");
  }
}

function withoutAnswer(form: QuestionForm | null, reason: string): QuestionAnswer {
  const content = form?.unanswered(`${reason}; go on with your best judgement and say what you assumed`);
  return content ? { action: "accept", content } : { action: "decline" };
}

type StructuredInput = Parameters<typeof agentHarnessStructuredInput.run>[0]["input"];

function inputOf(request: QuestionRequest, form: QuestionForm | null): StructuredInput {
  const message = plainLine(request.message, MESSAGE_LIMIT);
  if (form !== null) {
    return agentHarnessStructuredInput.compileQuestions({ questions: form.questions, intro: message });
  }
  return agentHarnessStructuredInput.compileForm({
    schema: agentHarnessStructuredInput.snapshot(request.schema),
    message,
    fallbackMessage: "Claude Code needs input",
    options: { protocolName: "Claude Code", allowEmptyForm: true },
  });
}

/**
 * Why nobody can be asked, in words for Claude; undefined where somebody can. The host itself waits for an answer also
 * where nobody can ever give one: a schedule, another agent, a one-shot command, a request over HTTP.
 */
export function unaskable(params: AttemptParams): string | undefined {
  const { trigger, oneShotCliRun, inputProvenance, onBlockReply, onPartialReply } = params;
  const attended =
    (trigger === undefined || !UNATTENDED_TRIGGERS.includes(trigger)) &&
    oneShotCliRun !== true &&
    (inputProvenance === undefined || inputProvenance.kind === "external_user") &&
    // Without either, the question could not even be shown.
    (onBlockReply !== undefined || onPartialReply !== undefined);
  return attended
    ? undefined
    : "Nobody can be asked in this run. Go on with your best judgement and say what you assumed.";
}
