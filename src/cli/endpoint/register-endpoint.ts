import { InvalidArgumentError, Option, type Command } from "commander";
import { AUTH_MODES, ENDPOINT_FORMATS, endpointSchema } from "../../config/endpoint-schema.ts";
import { PRESET_NAMES, presetOf } from "../../endpoint/presets.ts";
import { examplesOf, subcommand, type Json, type RunCommand } from "../subcommand.ts";
import type { EndpointAddOptions } from "./endpoint-options.ts";
import {
  addEndpoint,
  listEndpoints,
  removeEndpoint,
  showEndpoint,
  useEndpoint,
} from "./endpoint-profiles.ts";
import { testEndpoint } from "./endpoint-test.ts";

const NAME = "name of the endpoint profile";

export function registerEndpointCommands(root: Command, run: RunCommand): void {
  const endpoint = root.command("endpoint").description("Manage where the contractors' models run");

  registerAdd(endpoint, run);

  subcommand(endpoint, "list", "List the endpoint profiles")
    .addHelpText("after", examplesOf("endpoint list"))
    .action((options: Json) => run(options, listEndpoints));

  subcommand(endpoint, "show", "Show one endpoint profile")
    .argument("<name>", NAME)
    .addHelpText("after", examplesOf("endpoint show local"))
    .action((name: string, options: Json) => run(options, (context) => showEndpoint(context, name)));

  subcommand(endpoint, "test", "Make one tiny request: what answers, and whether streaming and tools work")
    .argument("<name>", NAME)
    .option("--model <model>", "the model to ask (default: the profile's)")
    .addHelpText("after", examplesOf("endpoint test local", "endpoint test local --model qwen3-coder"))
    .action((name: string, options: { model?: string } & Json) =>
      run(options, (context) => testEndpoint(context, { name, ...options })),
    );

  subcommand(endpoint, "use", "Let a contractor run on an endpoint")
    .argument("<name>", "name of the endpoint profile, or subscription for the Claude login")
    .requiredOption("--agent-id <id>", "the contractor agent")
    .addHelpText("after", examplesOf("endpoint use local --agent-id dev"))
    .action((name: string, options: { agentId: string } & Json) =>
      run(options, (context) => useEndpoint(context, { name, ...options })),
    );

  subcommand(endpoint, "remove", "Remove an endpoint profile that nobody uses")
    .argument("<name>", NAME)
    .addHelpText("after", examplesOf("endpoint remove local"))
    .action((name: string, options: Json) => run(options, (context) => removeEndpoint(context, name)));
}

function registerAdd(endpoint: Command, run: RunCommand): void {
  subcommand(endpoint, "add", "Add an endpoint profile; a preset's name alone is enough for that preset")
    .argument("<name>", NAME)
    .addOption(new Option("--preset <preset>", "begin with a known service").choices(PRESET_NAMES))
    .option("--base-url <url>", "base URL, without /v1")
    .addOption(
      new Option("--format <format>", "what it speaks (default: anthropic)").choices(ENDPOINT_FORMATS),
    )
    .addOption(
      new Option(
        "--auth <mode>",
        "who pays: a subscription's token, an API key (x-api-key), a gateway's token (bearer); default: api-key",
      ).choices(AUTH_MODES),
    )
    .option("--api-key-env <variable>", "environment variable of the Gateway that holds the key")
    .option("--api-key-file <file>", "file that holds the key and nothing else")
    .option("--api-key-ref <secret>", "one of OpenClaw's secrets that is the key, as source:provider:id")
    .option("--model <model>", "the model of a turn that asks for none")
    .option("--opus-model <model>", "what it calls the large model")
    .option("--sonnet-model <model>", "what it calls the middle model")
    .option("--haiku-model <model>", "what it calls the small model")
    .option("--context-tokens <tokens>", "the model's context", wholeNumber("contextTokens"))
    .option("--max-output-tokens <tokens>", "its longest answer", wholeNumber("maxOutputTokens"))
    .option("--region <region>", "bedrock, vertex: the region")
    .option("--project <project>", "vertex: the Google Cloud project")
    .addHelpText("after", addHelp())
    .action((name: string, options: Omit<EndpointAddOptions, "name"> & Json) =>
      run(options, (context) => addEndpoint(context, { ...options, name })),
    );
}

function addHelp(): string {
  const presets = PRESET_NAMES.filter((name) => name !== "custom");
  const width = Math.max(...presets.map((name) => name.length));
  return [
    "",
    "Presets:",
    ...presets.map((name) => `  ${name.padEnd(width)}  ${presetOf(name).title}`),
    examplesOf(
      "endpoint add ollama --model qwen3-coder",
      "endpoint add kimi-coding --api-key-env KIMI_KEY",
      "endpoint add work --base-url https://llm.example --auth gateway --api-key-file /run/secrets/llm",
      "endpoint add box --base-url http://127.0.0.1:8000 --format openai --model qwen3",
    ),
  ].join("\n");
}

function wholeNumber(name: "contextTokens" | "maxOutputTokens"): (value: string) => number {
  return (value) => {
    const parsed = endpointSchema.shape[name].safeParse(Number(value));
    if (parsed.success && parsed.data !== undefined) return parsed.data;
    throw new InvalidArgumentError("It must be a number of tokens.");
  };
}
