import { CLI_ROOT } from "../../config/identifiers.ts";
import type { NamedEndpoint } from "../../endpoint/endpoint-key.ts";
import { askModels, askOnce, type ModelsAnswer, type ProbeReport } from "../../endpoint/endpoint-probe.ts";
import { ContractorError } from "../../errors/contractor-error.ts";
import type { HostCliContext } from "../../openclaw/host-cli-context.ts";
import type { CommandResult } from "../contractor-command.ts";
import { printable, renderFacts } from "../table.ts";
import { requireEndpoint } from "./endpoint-profiles.ts";

const MODELS_SHOWN = 12;

/** One tiny request: what answers, which models there are, and whether streaming and tools work. */
export async function testEndpoint(
  context: HostCliContext,
  { name, model }: { name: string; model?: string },
): Promise<CommandResult> {
  const endpoint = requireEndpoint(context, name);
  const address = await context.probeAddress(endpoint);
  if (address === null) throw notByHttp(endpoint);
  const known = await askModels(address);
  const asked = model ?? endpoint.models?.default ?? smallestOf(known.models);
  if (asked === undefined) throw known.status === undefined ? refused(endpoint, known) : noModel(endpoint);
  const report = await askOnce(address, asked);
  if (report.problem !== undefined) throw refused(endpoint, report);
  return {
    data: { endpoint: name, models: known.models, ...report },
    text: describe(name, { known, report }),
  };
}

/** A request that only tests goes to a small model where somebody has many. */
function smallestOf(models: string[]): string | undefined {
  return models.find((id) => /haiku|mini|small|flash/i.test(id)) ?? models[0];
}

function describe(name: string, { known, report }: { known: ModelsAnswer; report: ProbeReport }): string {
  const { answeredBy, model, firstByteMs = 0, streams, usesTools } = report;
  const shown = known.models.slice(0, MODELS_SHOWN).map(printable).join(", ");
  const more = known.models.length > MODELS_SHOWN ? `, and ${known.models.length - MODELS_SHOWN} more` : "";
  const facts: [string, string][] = [
    ["answered by", printable(answeredBy ?? model)],
    ["models", shown === "" ? "it does not tell" : `${shown}${more}`],
    ["streaming", streams ? "works" : "does not: answers come all at once"],
    ["tools", usesTools ? "work" : "were not used: Claude Code can do nothing with a model that has none"],
  ];
  return [
    `The endpoint "${name}" answers (first byte after ${firstByteMs} ms).`,
    "",
    renderFacts(facts),
  ].join("\n");
}

function refused(
  { name, baseUrl = "its address" }: NamedEndpoint,
  { status, problem }: Pick<ProbeReport, "status" | "problem">,
): ContractorError {
  const words = printable(problem ?? "");
  return new ContractorError("endpoint-test-failed", {
    message:
      status === undefined
        ? `The endpoint "${name}" does not answer at ${baseUrl}: ${words}.`
        : `The endpoint "${name}" refused (HTTP ${status}): ${words}`,
    mend: mendFor(status),
  });
}

function mendFor(status: number | undefined): string {
  if (status === undefined) return "See that it runs there and can be reached from this machine.";
  if (status === 401 || status === 403)
    return "Check the key, and whether the profile's auth fits the service.";
  if (status === 404) return "Check the address and the model's name.";
  if (status === 429 || status >= 500) return "Try again later: it is at a limit or overloaded.";
  return "Check the profile's format and the model's name.";
}

function noModel({ name }: NamedEndpoint): ContractorError {
  return new ContractorError("usage", {
    message: `The endpoint "${name}" does not tell its models, and its profile names none.`,
    mend: "Say which one to ask with --model.",
  });
}

function notByHttp({ name, format }: NamedEndpoint): ContractorError {
  return new ContractorError("endpoint-test-failed", {
    message: `The endpoint "${name}" cannot be asked directly: Claude Code has its own way to ${format}.`,
    mend: `Give it to a contractor with \`openclaw ${CLI_ROOT} endpoint use ${name} --agent-id <id>\` and send that one a message.`,
  });
}
