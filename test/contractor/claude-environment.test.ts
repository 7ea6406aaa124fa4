import { describe, expect, it } from "vitest";
import { claudeEnvironment } from "../../src/contractor/claude-environment.ts";
import { QUIET_ENVIRONMENT } from "../../src/contractor/quiet-environment.ts";
import { sampleMetadata } from "./metadata.ts";

const QUIET = [
  ...Object.keys(QUIET_ENVIRONMENT),
  "CLAUDE_CODE_ENABLE_PROMPT_SUGGESTION",
  "CLAUDE_CODE_MAX_RETRIES",
].toSorted();
const SECRET = "sk-secret-value";
const ENDPOINT = { name: "local", baseUrl: "http://127.0.0.1:11434", apiKeyEnv: "LOCAL_KEY" };
const AMBIENT = {
  LOCAL_KEY: ` ${SECRET}\n`,
  ANTHROPIC_API_KEY: "sk-somebody-else",
  ANTHROPIC_MODEL: "stray",
  CLAUDECODE: "1",
};

function namesOf(variables: Record<string, string>): string[] {
  return Object.keys(variables).toSorted();
}

describe("claudeEnvironment", () => {
  it("sets nothing but quiet for a contractor on the Claude login, whatever the Gateway has set", () => {
    expect(namesOf(claudeEnvironment(sampleMetadata(), AMBIENT))).toEqual(QUIET);
  });

  it("gives the model and the executable, and no model tiers without an endpoint", () => {
    const variables = claudeEnvironment(
      sampleMetadata({ model: "opus", claudeExecutable: "/opt/claude" }),
      AMBIENT,
    );
    expect(variables).toMatchObject({ ANTHROPIC_MODEL: "opus", CLAUDE_CODE_EXECUTABLE: "/opt/claude" });
    expect(namesOf(variables)).toEqual([...QUIET, "ANTHROPIC_MODEL", "CLAUDE_CODE_EXECUTABLE"].toSorted());
  });

  it("takes the key from the variable that the endpoint names, without the space around it", () => {
    const variables = claudeEnvironment(sampleMetadata({ endpoint: ENDPOINT }), AMBIENT);
    expect(variables).toMatchObject({
      ANTHROPIC_BASE_URL: "http://127.0.0.1:11434",
      ANTHROPIC_API_KEY: SECRET,
    });
    expect(namesOf(variables)).toEqual([...QUIET, "ANTHROPIC_BASE_URL", "ANTHROPIC_API_KEY"].toSorted());
  });

  it("names the endpoint's model for every tier that Claude Code asks for", () => {
    expect(claudeEnvironment(sampleMetadata({ endpoint: ENDPOINT, model: "qwen" }), AMBIENT)).toMatchObject({
      ANTHROPIC_MODEL: "qwen",
      ANTHROPIC_DEFAULT_OPUS_MODEL: "qwen",
      ANTHROPIC_DEFAULT_SONNET_MODEL: "qwen",
      ANTHROPIC_DEFAULT_HAIKU_MODEL: "qwen",
    });
  });

  it.each([undefined, "", " \n"])("fails without a key (%j), and names the variable, no secret", (key) => {
    const ambient = { ...AMBIENT, LOCAL_KEY: key };
    expect(() => claudeEnvironment(sampleMetadata({ endpoint: ENDPOINT }), ambient)).toThrow(
      expect.objectContaining({
        code: "endpoint-key-missing",
        message: expect.stringMatching(/^(?=.*"local")(?=.*LOCAL_KEY)(?!.*sk-)/) as string,
        mend: expect.not.stringContaining("sk-") as string,
      }),
    );
  });
});
