import type { PermissionRequest } from "../acp/acp-adapter.ts";
import { plainLine, plainText, withoutMiddle } from "./plain-text.ts";
import { unifiedDiff } from "./unified-diff.ts";

/** The host cuts a title and a description there, and refuses a longer detail; it refuses all three when they are empty. */
const TITLE_LIMIT = 80;
const DESCRIPTION_LIMIT = 512;
const DETAIL_LIMIT = 16_000;
const PATHS_LIMIT = 4_000;
const HARMLESS_KINDS = new Set(["read", "search", "think"]);

export type PermissionEvidence = {
  title: string;
  /** Goes to chats and push messages. */
  description: string;
  /** Only for who may decide: all of what is asked for. */
  detail: string;
  severity: "info" | "warning";
};

/** What a person must see to judge a request. All of it is untrusted, and cleaned. */
export function permissionEvidenceOf(request: PermissionRequest): PermissionEvidence {
  const action = plainText(actionOf(request), Infinity);
  const paths = pathsOf(request);
  const where = paths.length === 0 ? "" : plainText(`Paths:\n${paths.join("\n")}`, PATHS_LIMIT);
  const description = [action, paths.length === 0 ? "" : `Paths: ${paths.join(", ")}`].filter(Boolean);
  const title = titleOf(request);
  return {
    title,
    description: plainText(description.join("\n"), DESCRIPTION_LIMIT) || title,
    // The paths come first: however long the rest is, they are there.
    detail: withoutMiddle([where, action].filter(Boolean).join("\n\n"), DETAIL_LIMIT) || title,
    severity: HARMLESS_KINDS.has(request.kind) ? "info" : "warning",
  };
}

/** Begins with the tool, so that no title passes for something else. */
function titleOf(request: PermissionRequest): string {
  const tool = plainLine(request.toolName, TITLE_LIMIT) || plainLine(request.kind, TITLE_LIMIT) || "A tool";
  const title = plainLine(request.title, TITLE_LIMIT);
  if (title === "" || title.startsWith(tool)) return title || tool;
  return plainLine(`${tool}: ${title}`, TITLE_LIMIT);
}

function actionOf({ rawInput, diffs }: PermissionRequest): string {
  if (diffs.length > 0) return diffs.map(unifiedDiff).join("\n");
  if (typeof rawInput !== "object") return rawInput === undefined ? "" : JSON.stringify(rawInput);
  const input = { ...rawInput };
  const entries = Object.entries(input);
  if (entries.length === 0) return "";
  const leading = entries.find(([name]) => name === "command" || name === "plan" || name === "url");
  if (leading === undefined || typeof leading[1] !== "string") return JSON.stringify(input, null, 1);
  const others = entries.filter((entry) => entry !== leading);
  const rest = others.length === 0 ? "" : `\n\n${JSON.stringify(Object.fromEntries(others), null, 1)}`;
  return `${leading[1]}${rest}`;
}

function pathsOf({ locations, diffs }: PermissionRequest): string[] {
  const paths = [...locations, ...diffs.map(({ path }) => path)].map((path) => plainLine(path, PATHS_LIMIT));
  return [...new Set(paths)].filter(Boolean);
}
