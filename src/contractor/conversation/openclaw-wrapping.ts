/** What this plugin puts around a message before Claude reads it; the tags cannot be closed from within. */
const IN_FRONT = /^<(openclaw-(?:context|instructions|history))>\n([\s\S]*?)\n<\/\1>(?:\n\n|$)/;
const BEHIND = /(?:^|\n\n)<(openclaw-files)>\n([\s\S]*?)\n<\/\1>$/;

/** A prompt as it was sent, taken apart: the message, and what came along with it. */
export function unwrapped(prompt: string): { message: string; context: string | undefined } {
  const context: string[] = [];
  let message = prompt;
  for (const around of [IN_FRONT, BEHIND]) {
    for (let found = around.exec(message); found !== null; found = around.exec(message)) {
      context.push(found[2] ?? "");
      message = message.replace(found[0], () => "");
    }
  }
  return { message, context: context.length === 0 ? undefined : context.join("\n\n") };
}
