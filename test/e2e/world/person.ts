import { z } from "zod";
import type { GatewayEvent } from "./event-log.ts";
import type { GatewaySocket } from "./gateway-socket.ts";

const approvalSchema = z.object({
  id: z.string(),
  request: z.looseObject({
    title: z.string().optional(),
    description: z.string().optional(),
    detail: z.string().nullish(),
    command: z.string().optional(),
    sessionKey: z.string().nullish(),
    allowedDecisions: z.array(z.string()).nullish(),
  }),
});

const questionSchema = z.looseObject({
  id: z.string(),
  sessionKey: z.string().nullish(),
  questions: z.array(z.looseObject({ questionId: z.string(), question: z.string() })),
});

export type Approval = z.infer<typeof approvalSchema>;
export type Question = z.infer<typeof questionSchema>;
export type ApprovalDecision = "allow-once" | "allow-always" | "deny";

/** The first approval that this client is asked for in a conversation; `naming`: that says this anywhere. */
export async function nextApproval(
  socket: GatewaySocket,
  { sessionKey, naming = "", timeoutMs }: { sessionKey: string; naming?: string; timeoutMs?: number },
): Promise<Approval> {
  const found = (): Approval | undefined =>
    approvalsOf(socket, sessionKey).find(({ request }) => JSON.stringify(request).includes(naming));
  await socket.waitForEvent(() => found() !== undefined, timeoutMs === undefined ? {} : { timeoutMs });
  const approval = found();
  if (approval === undefined) throw new Error("the approval was there a moment ago");
  return approval;
}

/** Every approval that this client was asked for in a conversation, in order. */
export function approvalsOf(socket: GatewaySocket, sessionKey: string): Approval[] {
  return socket.events
    .filter(isApprovalRequest)
    .map(({ payload }) => approvalSchema.parse(payload))
    .filter(({ request }) => request.sessionKey === sessionKey);
}

export async function decide(
  socket: GatewaySocket,
  approval: Approval,
  decision: ApprovalDecision,
): Promise<void> {
  const { id } = approval;
  const kind = id.startsWith("plugin:") ? "plugin" : "exec";
  await socket.request("approval.resolve", { id, kind, decision });
}

/** Says yes to whatever is asked in a conversation, until something has settled. */
export async function allowAll(
  socket: GatewaySocket,
  { sessionKey, until }: { sessionKey: string; until: Promise<unknown> },
): Promise<void> {
  const decided = new Set<string>();
  const open = (): Approval | undefined => approvalsOf(socket, sessionKey).find(({ id }) => !decided.has(id));
  const over = Symbol("over");
  const settled = until.then(
    () => over,
    () => over,
  );
  for (;;) {
    const asked = socket.waitForEvent(() => open() !== undefined).catch(() => over);
    if ((await Promise.race([asked, settled])) === over) return;
    const approval = open();
    if (approval === undefined) continue;
    decided.add(approval.id);
    await decide(socket, approval, "allow-once");
  }
}

/** Waits for a question in a conversation, and answers its parts in order with these words. */
export async function answerQuestion(
  socket: GatewaySocket,
  { sessionKey, answers }: { sessionKey: string; answers: string[] },
): Promise<Question> {
  const { payload } = await socket.waitForEvent(
    (event) => event.event === "question.requested" && questionOf(event.payload).sessionKey === sessionKey,
  );
  const question = questionOf(payload);
  const given = question.questions.map(
    ({ questionId }, index) => [questionId, [answers[index] ?? ""]] as const,
  );
  await socket.request("question.resolve", {
    id: question.id,
    answers: { answers: Object.fromEntries(given) },
  });
  return question;
}

function isApprovalRequest({ event }: GatewayEvent): boolean {
  return event === "plugin.approval.requested" || event === "exec.approval.requested";
}

function questionOf(payload: unknown): Question {
  return questionSchema.parse(payload);
}
