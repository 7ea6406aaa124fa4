/** The endpoint reported an error, or sent what nobody can read, where a piece of the answer should have come. */
export class BrokenAnswerError extends Error {
  override readonly name = "BrokenAnswerError";
  /** As the endpoint or the library gave it. */
  readonly reported: unknown;

  constructor(reported: unknown) {
    super("The endpoint broke its answer off.");
    this.reported = reported;
  }

  static isInstance(error: unknown): error is BrokenAnswerError {
    return error instanceof BrokenAnswerError;
  }
}
