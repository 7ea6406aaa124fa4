import { randomUUID } from "node:crypto";

/** A new id as the Messages API has them: "req_…" of a request, "msg_…" of a message. */
export function newApiId(kind: "req" | "msg"): string {
  return `${kind}_${randomUUID().replaceAll("-", "")}`;
}
