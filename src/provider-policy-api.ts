/**
 * OpenClaw looks for this module beside the entry some ten times a turn, because the provider is named like the plugin, and
 * keeps in mind only one that it has found (docs/HOST-FACTS.md). A module without any hook counts as none.
 */

/** A bridge model has one name. */
export function normalizeModelCatalogId({ modelId }: { modelId: string }): string {
  return modelId;
}
