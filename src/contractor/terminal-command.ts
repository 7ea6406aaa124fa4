/** How a person opens a Claude session outside OpenClaw. */
export type TerminalCommand = { cwd: string; command: string[] };

export function terminalCommandOf(session: { cwd: string; claudeSessionId: string }): TerminalCommand {
  return { cwd: session.cwd, command: ["claude", "--resume", session.claudeSessionId] };
}

/** As a line for a POSIX shell. */
export function shellLineOf({ cwd, command }: TerminalCommand): string {
  return `cd ${shellWord(cwd)} && ${command.map(shellWord).join(" ")}`;
}

/** One word of a POSIX shell, whatever characters are in it. */
export function shellWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  if (!/\p{Cc}/u.test(word)) return `'${word.replaceAll("'", String.raw`'\''`)}'`;
  // Printed as it is, a control character would move the cursor; quoted like this, it is one word all the same.
  const escaped = word
    .replaceAll(/['\\]/g, String.raw`\$&`)
    .replaceAll(
      /\p{Cc}/gu,
      (character) => String.raw`\u` + character.charCodeAt(0).toString(16).padStart(4, "0"),
    );
  return `$'${escaped}'`;
}
