export declare const PINNED_NODE: Record<string, { name: string; version: string; executable: string }>;
