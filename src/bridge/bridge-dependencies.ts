import type { AcpAdapter, McpServerDefinition } from "../acp/acp-adapter.ts";
import type { PluginConfig } from "../config/schema.ts";
import type { LimitBook } from "../endpoint/limit-book.ts";
import type { ContractorAgentMetadata } from "../contractor/metadata-resolver.ts";
import type { OpenTurns } from "../contractor/open-turns.ts";
import type { EndReason, SessionMapEntry } from "../contractor/session-map/session-map-entry.ts";
import type { ConversationKey, SessionMapStore } from "../contractor/session-map/session-map-store.ts";
import type { SpendingLedger } from "../contractor/spending/spending-ledger.ts";
import type { TurnLog } from "../contractor/turn-log/file-turn-log.ts";
import type { SessionPool } from "../pool/session-pool.ts";
import type { LiveTurns } from "./live-turns.ts";
import type { LatestTools } from "./latest-tools.ts";
import type { PermissionGrants } from "./permission-grants.ts";
import type { RecentFailures } from "./recent-failures.ts";
import type { TurnChoices } from "./turn.ts";
import type { TurnQueue } from "./turn-queue.ts";

export type UnrecordedSession = {
  entry: SessionMapEntry;
  condition: { expected: string | null; endedBy: EndReason };
};

/** The bridge's boundaries. Each is a small contract that can be tested, and replaced, on its own. */
export type BridgeDependencies = {
  readConfig(): PluginConfig;
  openStore(workspace: string): SessionMapStore;
  /** What the agents of a workspace have used. */
  openSpending(workspace: string): SpendingLedger;
  /** Rejects with `endpoint-key-missing`, `adapter-missing` and the like. */
  createAdapter(metadata: ContractorAgentMetadata): Promise<AcpAdapter>;
  /** The real path of the workspace; rejects with `workspace-missing`. */
  resolveWorkspace(workspace: string): Promise<string>;
  /** The person's own MCP servers that this contractor is given; those that cannot be are left out, and logged. */
  readMcpServers(metadata: ContractorAgentMetadata): McpServerDefinition[];
  /** The role text, byte for byte the same at new and at resume. */
  readBootstrap(metadata: ContractorAgentMetadata): Promise<string>;
  /** Changes with everything that Claude Code reads of the workspace when a session begins. */
  readContextStamp(metadata: ContractorAgentMetadata, workspace: string): Promise<string>;
  /** Where Claude Code keeps the session's transcript; null when it is nowhere. `known`: where it was seen before. */
  findTranscript(
    claudeSessionId: string,
    where: { workspace: string; known: string | undefined; configDir: string | undefined },
  ): Promise<string | null>;
  /** Whether the transcript at this path has anything that was said. */
  holdsConversation(transcript: string): Promise<boolean>;
  openTurns(workspace: string): OpenTurns;
  /** What Claude said after its turn, when work in the background was done. Reports its own failures. */
  deliverLateAnswer(answer: ConversationKey & { text: string }): Promise<void>;
  /** By conversation: those of its latest turn. */
  choices: Map<string, TurnChoices>;
  latestTools: LatestTools;
  /** What people have allowed for as long as a Claude session lasts. */
  grants: PermissionGrants;
  /** By Claude session: US dollars that it had cost when that was last heard, also in a turn that was not completed. */
  seenCosts: Map<string, number>;
  /** What went wrong lately, for whoever looks after the contractors. */
  failures: RecentFailures;
  /** What is being done now, for the same people. */
  liveTurns: LiveTurns;
  /** What could not be written into the map after a completed turn, by conversation; written before the next one. */
  unrecorded: Map<string, UnrecordedSession>;
  /** The user whom Claude Code runs as; undefined on systems without. */
  uid: number | undefined;
  pool: SessionPool;
  /** Tells whoever keeps spare sessions that the agent has none for its next new conversation. */
  spareWanted(agentId: string): void;
  /** Which endpoints take no requests at present. */
  limits: LimitBook;
  /** What is kept of each turn, for whoever runs contractors. */
  turnLog: TurnLog;
  /** For what no person is told of. */
  log(message: string): void;
  queue: TurnQueue;
  now(): Date;
};
