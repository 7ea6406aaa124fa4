import Anthropic from "@anthropic-ai/sdk";

/** What the SDK throws for a request that is refused. Rejects when it is not. */
export async function refusalOf(asked: Promise<unknown>): Promise<InstanceType<typeof Anthropic.APIError>> {
  const error: unknown = await asked.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (error instanceof Anthropic.APIError) return error;
  throw new Error("it was not refused", { cause: error });
}
