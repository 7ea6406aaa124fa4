import { FaultError } from "./fault-error.ts";

const PREFIX = "contractor/";

/** The agent that a `model` names, as `contractor/<agent id>` or `<agent id>`. Throws `FaultError` 404. */
export function contractorOf(agentIds: string[], model: string): string {
  const agentId = model.startsWith(PREFIX) ? model.slice(PREFIX.length) : model;
  if (agentIds.includes(agentId)) return agentId;
  throw new FaultError(404, `model: ${printable(model)} is no contractor; GET /v1/models lists them.`);
}

/** The contractors as the API lists models. */
export function modelList(agentIds: string[]): Record<string, unknown> {
  const data = agentIds.map(modelInfo);
  return { data, has_more: false, first_id: data.at(0)?.id ?? null, last_id: data.at(-1)?.id ?? null };
}

export function modelNamed(agentIds: string[], model: string): Record<string, unknown> {
  return modelInfo(contractorOf(agentIds, model));
}

function modelInfo(agentId: string): { id: string; [field: string]: unknown } {
  // The API wants a time, and nobody notes when a contractor was added.
  return {
    type: "model",
    id: `${PREFIX}${agentId}`,
    display_name: agentId,
    created_at: new Date(0).toISOString(),
  };
}

function printable(model: string): string {
  return JSON.stringify(model.slice(0, 80).toWellFormed());
}
