/** What a record itself holds under a name: "constructor" is a valid agent id, and every object inherits one. */
export function ownValue<Value>(record: Record<string, Value>, name: string): Value | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
