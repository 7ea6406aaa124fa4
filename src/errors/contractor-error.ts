import type { ErrorCode } from "./error-codes.ts";

export type ContractorErrorOptions = {
  /** What went wrong, in one sentence that a person understands. */
  message: string;
  /** One thing to do about it. */
  mend: string;
  cause?: unknown;
  /** True when the same request may succeed later without any change by the person. */
  retryable?: boolean;
  /** When the limit that caused this is over, where that is known. */
  resetAt?: Date;
};

const BRAND = Symbol.for("contractor-agent/contractor-error");

/** The root error. Everything this project throws on purpose is one of these, told apart by `code`. */
export class ContractorError extends Error {
  readonly [BRAND] = true;
  override readonly name = "ContractorError";
  readonly code: ErrorCode;
  readonly mend: string;
  readonly retryable: boolean;
  readonly resetAt: Date | undefined;

  constructor(code: ErrorCode, options: ContractorErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.mend = options.mend;
    this.retryable = options.retryable ?? false;
    this.resetAt = options.resetAt;
  }

  /** True across copies of this module: the host evaluates a plugin several times in one process. */
  static isInstance(value: unknown): value is ContractorError {
    return value instanceof Error && BRAND in value;
  }

  /** The one paragraph that a person reads, in a chat or on stderr. */
  toParagraph(): string {
    return `${this.message} ${this.mend}`;
  }
}

/** The exit status of a command that failed with this error: 2 for wrong usage, 1 for everything else. */
export function exitStatusOf(error: ContractorError): 1 | 2 {
  return error.code === "usage" ? 2 : 1;
}
