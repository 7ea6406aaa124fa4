import { CLI_ROOT } from "../../config/identifiers.ts";
import { ContractorError } from "../../errors/contractor-error.ts";
import {
  CONTRACTOR_SETTINGS,
  FIXED_SETTINGS,
  SHARED_SETTINGS,
  type KnownSettings,
} from "./known-settings.ts";
import { readValue } from "./read-value.ts";

/** Undefined: back to its default. */
export type Assignment = { name: string; value: unknown };

/**
 * What `name=value` words ask for; `name=` takes a setting back to its default. Throws `usage` for a name that nobody
 * knows, a value that the schema does not take, and anything that looks like a secret. No value is ever repeated.
 */
export function readAssignments(words: string[], of: { agentId: string | undefined }): Assignment[] {
  const settings = of.agentId === undefined ? SHARED_SETTINGS : CONTRACTOR_SETTINGS;
  const assignments = words.map((word) => readAssignment(word, { settings, ...of }));
  const names = assignments.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw usage(`"${twice}" is set twice.`, "Give it once.");
  return assignments;
}

function readAssignment(
  word: string,
  { settings, agentId }: { settings: KnownSettings; agentId: string | undefined },
): Assignment {
  const separator = word.indexOf("=");
  const name = separator === -1 ? word : word.slice(0, separator);
  const text = word.slice(separator + 1);
  if (SECRET.test(word)) throw secret();
  const schema = settings.get(name);
  if (schema === undefined) throw unknownName(name, { settings, agentId });
  if (separator === -1)
    throw usage(`"${name}" has no value.`, `Write ${name}=<value>, or ${name}= for its default.`);
  if (text === "") return { name, value: undefined };
  const read = readValue(schema, text);
  if ("value" in read) return { name, value: read.value };
  throw usage(
    `${name} cannot be that: ${read.problem}.`,
    `\`openclaw ${CLI_ROOT} set --help\` says what it takes.`,
  );
}

/** Keys as the usual services make them. */
const SECRET = /\bsk[-_][\w-]{8,}|\bAKIA[0-9A-Z]{12,}|\bAIza[\w-]{20,}|\bgh[pousr]_\w{20,}|\bBearer\s/;
const SECRET_NAME = /key|token|secret|password/i;

function unknownName(
  name: string,
  { settings, agentId }: { settings: KnownSettings; agentId: string | undefined },
): ContractorError {
  if (SECRET_NAME.test(name)) return secret();
  if (FIXED_SETTINGS.includes(name)) {
    return usage(
      `The ${name} of a contractor cannot be changed: its sessions belong to it.`,
      `Add another contractor with \`openclaw ${CLI_ROOT} add\`.`,
    );
  }
  if (agentId !== undefined && SHARED_SETTINGS.has(name)) {
    return usage(`"${name}" holds for all contractors.`, "Leave --agent-id out to set it.");
  }
  if (agentId === undefined && CONTRACTOR_SETTINGS.has(name)) {
    return usage(`"${name}" is a setting of one contractor.`, "Say which with --agent-id <id>.");
  }
  return usage(`There is no setting "${name}".`, `There are: ${[...settings.keys()].join(", ")}.`);
}

function secret(): ContractorError {
  return usage(
    "Settings hold no secret.",
    `Name where a key is with \`openclaw ${CLI_ROOT} endpoint add <name> --api-key-env <variable>\`.`,
  );
}

function usage(message: string, mend: string): ContractorError {
  return new ContractorError("usage", { message, mend });
}
