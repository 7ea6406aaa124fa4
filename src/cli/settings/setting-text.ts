/** A setting's value as a person reads it, and as `set` takes it. */
export function settingText(value: unknown): string {
  if (value === undefined || value === null) return "-";
  if (typeof value === "string") return value;
  const isList = Array.isArray(value) && value.every((item) => typeof item === "string");
  if (isList) return value.join(",") || "none";
  return JSON.stringify(value);
}
