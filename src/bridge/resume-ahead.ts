import { metadataAt, resolveContractorAgentMetadata } from "../contractor/metadata-resolver.ts";
import { claudeModeOf } from "../contractor/permission-mode.ts";
import type { ConversationKey } from "../contractor/session-map/session-map-store.ts";
import { limitHolderOf } from "../endpoint/limit-book.ts";
import { prepareSessionOf } from "./acquire-claude-session.ts";
import type { BridgeDependencies } from "./bridge-dependencies.ts";
import { conversationId } from "./conversation-id.ts";

/**
 * Has the process of a conversation started whose turn OpenClaw still prepares: its Claude session is resumed meanwhile, with
 * what a turn of it had last. Only where the turn can hardly want anything else: the session belongs to the contractor's own
 * endpoint, which takes requests, and no rule may send the turn elsewhere. The turn itself looks at everything anew, and
 * has another process opened where this one does not fit. False when the conversation has no session that could be resumed.
 * Rejects as a turn does that cannot have a session.
 */
export async function resumeAhead(dependencies: BridgeDependencies, key: ConversationKey): Promise<boolean> {
  const conversation = conversationId(key);
  const config = dependencies.readConfig();
  const own = resolveContractorAgentMetadata(config, key.agentId);
  const tools = dependencies.choices.get(conversation) ?? dependencies.latestTools.of(key.agentId);
  claudeModeOf({ ...own, uid: dependencies.uid });
  if (own.mode === "oneshot") return false;
  const store = dependencies.openStore(own.workspace);
  const entry = await store.get(key);
  if (entry === null) return dependencies.unrecorded.has(conversation);
  if (own.routes.length > 0 || tools === undefined) return true;
  if (dependencies.limits.limitOf(limitHolderOf(own.homeEndpoint, own.claudeConfigDir)) !== null) return true;
  if ((entry.endpoint ?? own.homeEndpoint) !== own.homeEndpoint) return true;
  const workspace = await dependencies.resolveWorkspace(own.workspace);
  const metadata = metadataAt(config, { own, endpoint: own.homeEndpoint });
  const { nativeTools, openclawTools } = tools;
  await prepareSessionOf(entry, { dependencies, metadata, key, workspace, nativeTools, openclawTools });
  // A reset that came meanwhile had no process to end.
  if ((await store.get(key))?.claudeSessionId !== entry.claudeSessionId)
    await dependencies.pool.evict(conversation);
  return true;
}
