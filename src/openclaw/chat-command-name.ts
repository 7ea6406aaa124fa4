/** What people type in a chat, behind a slash. */
export const CHAT_COMMAND = "contractor";
