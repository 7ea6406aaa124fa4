/** A request that the model's endpoint refused, as Claude Code's debug log tells it. */
export type RefusedRequest = {
  /** HTTP status; undefined when there was no answer at all. */
  status: number | undefined;
  attempt: number;
  /** Of so many, the first included; after the last one nothing is tried again. */
  attempts: number;
  /** What the endpoint said: usually its error as JSON. */
  words: string;
  /** Headers of its answer, of those that may tell when it takes requests again. */
  headers: Record<string, string>;
};

export type RetryWatch = {
  /** Takes the log line by line; gives back what a line completes. */
  read: (line: string) => RefusedRequest | null;
};

/** A line that begins a record of the log: Claude Code's own, or of the client of the Messages API in it. */
const RECORD = /^(?:\d{4}-\d\d-\d\dT[\d:.]+Z \[[A-Z]+\]|\[Anthropic SDK [A-Z]+\])/;
const REFUSAL = /^\S+Z \[ERROR\] API error \(attempt (\d+)\/(\d+)\): (?:(\d{3}) )?(.*)$/;
const ANSWER = /^\[Anthropic SDK DEBUG\] .*response (?:error|start)/;
const HEADER = /^\s+'?(retry-after(?:-ms)?|[\w-]*reset[\w-]*)'?: '([^']*)',?$/;
/** A crash of Node. */
const CRASH = /^(?:Uncaught )?(?:[A-Z]\w*)?Error\b.{0,200}$/;

/** The headers of an answer come before the line that tells of its refusal; they count for that one only. */
export function createRetryWatch(): RetryWatch {
  let headers: Record<string, string> = {};
  return {
    read(line) {
      if (ANSWER.test(line)) headers = {};
      const [, name, value] = HEADER.exec(line) ?? [];
      if (name !== undefined && value !== undefined) headers[name] = value;
      const refusal = REFUSAL.exec(line);
      if (refusal === null) return null;
      const [, attempt, attempts, status, words = ""] = refusal;
      const refused = {
        status: status === undefined ? undefined : Number(status),
        attempt: Number(attempt),
        attempts: Number(attempts),
        words,
        headers,
      };
      headers = {};
      return refused;
    },
  };
}

/**
 * Says which lines may be quoted to a person: the log's own hold paths, settings and pieces of prompts. A record's later
 * lines look like any others, so once the log has begun only a crash counts.
 */
export function createLogFilter(): (line: string) => boolean {
  let begun = false;
  return (line) => {
    begun ||= RECORD.test(line);
    return !begun || CRASH.test(line);
  };
}
