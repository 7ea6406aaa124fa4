import {
  CLAUDE_LOGIN,
  ENDPOINT_NAME_PATTERN,
  ENV_NAME_PATTERN,
  endpointSchema,
  type EndpointInput,
  type SecretReference,
} from "../../config/endpoint-schema.ts";
import { ENDPOINT_PRESETS, presetOf, type EndpointPreset, type PresetName } from "../../endpoint/presets.ts";
import { ContractorError } from "../../errors/contractor-error.ts";

/** As they stand on the command line. */
export type EndpointAddOptions = {
  name: string;
  preset?: PresetName | "custom";
  baseUrl?: string;
  format?: NonNullable<EndpointInput["format"]>;
  auth?: NonNullable<EndpointInput["auth"]>;
  apiKeyEnv?: string;
  apiKeyFile?: string;
  apiKeyRef?: string;
  model?: string;
  opusModel?: string;
  sonnetModel?: string;
  haikuModel?: string;
  contextTokens?: number;
  maxOutputTokens?: number;
  region?: string;
  project?: string;
};

/** The profile that the options describe, as it is written into the configuration. Errors: `endpoint-*`, `usage`. */
export function profileOf(options: EndpointAddOptions): EndpointInput {
  requireName(options.name);
  const preset = presetFor(options);
  const { baseUrl = preset.settings.baseUrl, ...given } = ownSettings(options);
  const profile: EndpointInput = {
    ...preset.settings,
    ...given,
    ...(baseUrl === undefined ? {} : { baseUrl: normalizedBaseUrl(baseUrl) }),
    ...keyOf(options, preset),
    ...modelsOf(options, preset),
  };
  requireAsked(profile, preset);
  const parsed = endpointSchema.safeParse(profile);
  if (!parsed.success) throw notAProfile(parsed.error.issues[0]?.message ?? "is not complete");
  return profile;
}

/** Whoever calls an endpoint by a preset's name, and says nothing else of it, means that preset. */
function presetFor({ name, preset, baseUrl }: EndpointAddOptions): EndpointPreset {
  if (preset !== undefined) return presetOf(preset);
  return baseUrl === undefined && Object.hasOwn(ENDPOINT_PRESETS, name)
    ? presetOf(name as PresetName)
    : presetOf("custom");
}

function ownSettings(options: EndpointAddOptions): EndpointInput {
  const { baseUrl, format, auth, contextTokens, maxOutputTokens, region, project } = options;
  return withoutUndefined({ baseUrl, format, auth, contextTokens, maxOutputTokens, region, project });
}

function keyOf(options: EndpointAddOptions, { usualKeyEnv }: EndpointPreset): EndpointInput {
  const { apiKeyEnv, apiKeyFile, apiKeyRef } = options;
  const given = [apiKeyEnv, apiKeyFile, apiKeyRef].filter((key) => key !== undefined);
  if (given.length > 1)
    throw usage(
      "A key comes from one place.",
      "Give one of --api-key-env, --api-key-file and --api-key-ref.",
    );
  if (apiKeyEnv !== undefined && !ENV_NAME_PATTERN.test(apiKeyEnv)) throw invalidVariable();
  if (apiKeyRef !== undefined) return { apiKeyRef: referenceIn(apiKeyRef) };
  if (apiKeyFile !== undefined) return { apiKeyFile };
  const variable = apiKeyEnv ?? usualKeyEnv;
  return variable === undefined ? {} : { apiKeyEnv: variable };
}

function modelsOf(options: EndpointAddOptions, { settings }: EndpointPreset): EndpointInput {
  const { model, opusModel: opus, sonnetModel: sonnet, haikuModel: haiku } = options;
  const models = { ...settings.models, ...withoutUndefined({ default: model, opus, sonnet, haiku }) };
  return Object.keys(models).length === 0 ? {} : { models };
}

function requireAsked(
  { models, region, project }: EndpointInput,
  { title, asks = [] }: EndpointPreset,
): void {
  const known = { model: models?.default, region, project };
  const missing = asks.find((asked) => known[asked] === undefined);
  if (missing === undefined) return;
  throw usage(`${title}: only you know its ${missing}.`, `Give it with --${missing}.`);
}

function referenceIn(text: string): SecretReference {
  const [source = "", provider = "", ...id] = text.split(":");
  const reference = { source, provider, id: id.join(":") };
  const isWrong =
    !["env", "file", "exec", "store"].includes(source) || provider === "" || reference.id === "";
  // The value is not repeated: somebody may have given the key itself.
  if (isWrong) {
    throw usage(
      "--api-key-ref wants one of OpenClaw's secrets, as source:provider:id.",
      "See `openclaw secrets`; an example is store:default:KIMI_KEY.",
    );
  }
  return reference as SecretReference;
}

/** Claude Code adds `/v1/messages` itself, so a trailing slash or `/v1` would be one too many. */
function normalizedBaseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== "http:" && url.protocol !== "https:")) throw invalidUrl(text);
  if (url.username !== "" || url.password !== "")
    throw invalidUrl("a URL that holds a user name or password");
  return url.href.replace(/\/+$/, "").replace(/\/v1$/, "");
}

function requireName(name: string): void {
  if (ENDPOINT_NAME_PATTERN.test(name) && name !== CLAUDE_LOGIN) return;
  throw new ContractorError("endpoint-name-invalid", {
    message:
      name === CLAUDE_LOGIN
        ? `"${name}" stands for the Claude login.`
        : `"${name}" is not a name for an endpoint.`,
    mend: "Use 1 to 64 lower-case letters, digits, ., - and _, beginning with a letter or digit.",
  });
}

function invalidUrl(text: string): ContractorError {
  return new ContractorError("endpoint-url-invalid", {
    message: `${text} is not a base URL that can be used.`,
    mend: "Give an http or https URL, such as http://127.0.0.1:11434.",
  });
}

/** The value is not repeated: somebody may have given the key itself. */
function invalidVariable(): ContractorError {
  return usage(
    "--api-key-env wants the name of an environment variable, not the key itself.",
    "Put the key into a variable of the Gateway's environment and give its name, such as MY_ENDPOINT_KEY.",
  );
}

function notAProfile(problem: string): ContractorError {
  const isIncomplete = problem === "wants a baseUrl";
  return usage(
    isIncomplete ? "It is not said where the endpoint is." : `This makes no endpoint: it ${problem}.`,
    isIncomplete
      ? "Give --base-url, or one of the presets with --preset."
      : "Change the options that this is about.",
  );
}

function usage(message: string, mend: string): ContractorError {
  return new ContractorError("usage", { message, mend });
}

function withoutUndefined<Fields extends object>(
  fields: Fields,
): { [Name in keyof Fields]: Exclude<Fields[Name], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
