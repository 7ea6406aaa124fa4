import type { SessionConfigOption, SessionModeState, SessionUpdate } from "@agentclientprotocol/sdk/unstable";
import { methods } from "@agentclientprotocol/sdk/unstable";
import { ContractorError } from "../errors/contractor-error.ts";
import type { SessionModeId, SessionSettings, SettingsReport } from "./acp-adapter.ts";
import type { AgentConnection } from "./agent-connection.ts";
import { createSessionChoice, type SessionChoice } from "./session-choice.ts";

const SETTING_MS = 10_000;

/** Older adapters answer with their models here, and set one with a method that ACP has since dropped. */
export type LegacyModels = { currentModelId: string; availableModels: { modelId: string }[] };

/** What the agent said of a session's settings when it opened it. */
export type SessionOpening = {
  sessionId: string;
  modes?: SessionModeState | null | undefined;
  configOptions?: SessionConfigOption[] | null | undefined;
  models?: LegacyModels | null | undefined;
};

/** The settings of one session: what it can be set to, what it is set to, and how to change that. */
export type SessionSettingsControl = {
  /**
   * A person's own Claude settings may start every session in a mode that asks nobody. Behind a chat that is never the
   * default: the session is put into the asking mode where the agent has modes.
   */
  askBeforeActing: () => Promise<void>;
  configure: (settings: SessionSettings) => Promise<SettingsReport>;
  onUpdate: (update: SessionUpdate) => void;
};

export function createSessionSettings(
  connection: AgentConnection,
  opening: SessionOpening,
): SessionSettingsControl {
  const { sessionId } = opening;
  let currentMode = opening.modes?.currentModeId;
  const offeredModes = new Set(opening.modes?.availableModes.map(({ id }) => id));
  const configOptions = new Map<string, SessionConfigOption>();
  rememberOptions(opening.configOptions ?? []);

  /** One answer lists all options: a change of the model changes the efforts that there are. */
  function rememberOptions(options: SessionConfigOption[]): void {
    configOptions.clear();
    for (const option of options) configOptions.set(option.id, option);
  }

  function optionChoice(configId: string): SessionChoice {
    return createSessionChoice({
      current: () => configOptions.get(configId)?.currentValue,
      offered: () => valuesOf(configOptions.get(configId)),
      // The agent knows a model by more names than it lists.
      resolvesOthers: configId === "model",
      async set(value) {
        const answer = await connection.request<{ configOptions?: SessionConfigOption[] } | null>(
          methods.agent.session.setConfigOption,
          { sessionId, configId, value },
          SETTING_MS,
        );
        rememberOptions(answer?.configOptions ?? [...configOptions.values()]);
      },
    });
  }

  const model = opening.models
    ? legacyModelChoice(connection, { sessionId, models: opening.models })
    : undefined;
  const choices = {
    model: model ?? optionChoice("model"),
    effort: optionChoice("effort"),
    fast: optionChoice("fast"),
  };

  async function setMode(mode: SessionModeId): Promise<void> {
    if (currentMode === mode) return;
    await connection.request(methods.agent.session.setMode, { sessionId, modeId: mode }, SETTING_MS);
    currentMode = mode;
  }

  return {
    async askBeforeActing() {
      if (offeredModes.has("default")) await setMode("default");
    },
    async configure({ mode, ...wanted }) {
      // The asking mode is what an agent without modes is in.
      const hasMode = offeredModes.has(mode) || (mode === "default" && offeredModes.size === 0);
      if (!hasMode) throw modeUnsupported(mode, [...offeredModes]);
      const unsupported: SettingsReport["unsupported"] = [];
      // The model first: what else there is to choose depends on it.
      if (!(await choices.model.choose(wanted.model))) unsupported.push("model");
      if (!(await choices.effort.choose(wanted.effort))) unsupported.push("effort");
      if (!(await choices.fast.choose(switchOf(wanted.fast)))) unsupported.push("fast");
      // Last, because another model may have changed it.
      if (offeredModes.size > 0) await setMode(mode);
      return { unsupported };
    },
    onUpdate(update) {
      if (update.sessionUpdate === "current_mode_update") currentMode = update.currentModeId;
      if (update.sessionUpdate === "config_option_update") {
        rememberOptions(update.configOptions);
        const mode = configOptions.get("mode");
        if (typeof mode?.currentValue === "string") currentMode = mode.currentValue;
      }
    },
  };
}

function legacyModelChoice(
  connection: AgentConnection,
  session: { sessionId: string; models: LegacyModels },
): SessionChoice {
  const { sessionId, models } = session;
  let current = models.currentModelId;
  return createSessionChoice({
    current: () => current,
    offered: () => models.availableModels.map(({ modelId }) => modelId),
    resolvesOthers: false,
    async set(modelId) {
      await connection.request("session/set_model", { sessionId, modelId }, SETTING_MS);
      current = modelId;
    },
  });
}

function valuesOf(option: SessionConfigOption | undefined): string[] {
  if (option?.type !== "select") return [];
  return option.options.flatMap((entry) =>
    "options" in entry ? entry.options.map(({ value }) => value) : [entry.value],
  );
}

function switchOf(wanted: boolean | null): string | null {
  if (wanted === null) return null;
  return wanted ? "on" : "off";
}

function modeUnsupported(mode: SessionModeId, offered: string[]): ContractorError {
  const names = offered.length === 0 ? "none" : offered.join(", ");
  return new ContractorError("permission-mode-unsupported", {
    message: `Claude Code offers no permission mode "${mode}" for this session; it offers: ${names}.`,
    mend: "Choose another permission mode for this contractor.",
  });
}
