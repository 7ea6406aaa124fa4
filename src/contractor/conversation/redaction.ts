import type { ConversationMessage, ToolUse } from "./conversation-message.ts";

/** Takes secrets out of text; `field` also goes by the name of the field that the text stands in. */
export type SecretRedactor = { text(text: string): string; field(name: string, value: string): string };

/** A local part has 64 characters at most; bounds keep a long word from being tried at each of its places. */
const E_MAIL = /(?<![\w.%+-])[\w.%+-]{1,64}@[a-z\d-]{1,63}(?:\.[a-z\d-]{1,63}){1,8}/gi;
const HOME_FOLDERS = /(?<![\w.~-])(?:\/(?:home|Users)\/|[a-z]:\\Users\\)[^/\\\s"'`:;,<>|()[\]{}]+/gi;

/** A message without secrets, e-mail addresses and the names of home folders. `home`: this user's, an absolute path. */
export function redacted(
  message: ConversationMessage,
  { secrets, home }: { secrets: SecretRedactor; home: string | undefined },
): ConversationMessage {
  const people = (text: string): string => withoutPeople(text, home);
  const inText = (text: string): string => people(secrets.text(text));

  function inValue(name: string, value: unknown): unknown {
    if (typeof value === "string")
      return people(name === "" ? secrets.text(value) : secrets.field(name, value));
    if (Array.isArray(value)) return value.map((item) => inValue(name, item));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [inText(key), inValue(key, item)]));
  }

  const { content, context, reasoning, tools } = message;
  return {
    ...message,
    content: inText(content),
    ...(context === undefined ? {} : { context: inText(context) }),
    ...(reasoning === undefined ? {} : { reasoning: inText(reasoning) }),
    ...(tools === undefined
      ? {}
      : {
          tools: tools.map((use): ToolUse => ({
            ...use,
            input: inValue("", use.input),
            result: use.result === null ? null : inText(use.result),
          })),
        }),
  };
}

function withoutPeople(text: string, home: string | undefined): string {
  const own = home === undefined || home.length < 2 ? text : text.replaceAll(ownHome(home), "~");
  return own.replaceAll(HOME_FOLDERS, "~").replaceAll(E_MAIL, "[e-mail]");
}

/** `/root` is a home, `/rooted` and `/srv/root` are not. */
function ownHome(home: string): RegExp {
  return new RegExp(`(?<![\\w.~/-])${RegExp.escape(home)}(?![\\w-])`, "g");
}
