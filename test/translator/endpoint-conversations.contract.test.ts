import { describeEndpointConversations } from "../suites/endpoint-conversations.ts";

describeEndpointConversations("claude-agent-acp");
describeEndpointConversations("claude-code-acp");
