import eslint from "@eslint/js";
import { createTypeScriptImportResolver } from "eslint-import-resolver-typescript";
import importX from "eslint-plugin-import-x";
import tseslint from "typescript-eslint";

/** Which room may import which: the table of docs/ARCHITECTURE.md. A room may always import itself. */
const ROOMS = {
  errors: [],
  config: ["errors"],
  process: ["errors", "config"],
  endpoint: ["errors", "config"],
  loopback: ["errors"],
  translator: ["loopback"],
  "messages-endpoint": ["translator", "loopback", "config", "errors"],
  acp: ["process", "loopback", "errors", "config"],
  pool: ["acp", "process", "errors", "config"],
  contractor: ["process", "endpoint", "config", "errors"],
  bridge: ["contractor", "acp", "pool", "endpoint", "config", "errors"],
  overview: ["bridge", "contractor", "endpoint", "config", "errors"],
  // Runs in a browser: of the other rooms it may use what needs no Node.
  "control-ui": ["overview", "contractor", "config", "errors"],
  openclaw: [
    "overview",
    "bridge",
    "contractor",
    "acp",
    "pool",
    "process",
    "loopback",
    "translator",
    "messages-endpoint",
    "endpoint",
    "config",
    "errors",
  ],
  cli: ["contractor", "openclaw", "overview", "endpoint", "config", "errors"],
};

const roomNames = Object.keys(ROOMS);

const zones = roomNames.flatMap((room) =>
  roomNames
    .filter((other) => other !== room && !ROOMS[room].includes(other))
    .map((other) => ({
      target: `./src/${room}`,
      from: `./src/${other}`,
      message: `src/${room} may not import src/${other} (docs/ARCHITECTURE.md, "Rooms").`,
    })),
);

export default tseslint.config(
  { ignores: ["dist/", ".cache/", ".toolchain/", "node_modules/"] },
  eslint.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: { allowDefaultProject: ["eslint.config.js"] } },
    },
    plugins: { "import-x": importX },
    settings: { "import-x/resolver-next": [createTypeScriptImportResolver()] },
    rules: {
      "import-x/no-restricted-paths": ["error", { basePath: import.meta.dirname, zones }],
      "import-x/no-cycle": "error",
      "import-x/no-default-export": "error",
      "import-x/no-extraneous-dependencies": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/consistent-type-definitions": ["error", "type"],
      "no-console": "error",
    },
  },
  {
    files: ["src/**"],
    ignores: ["src/openclaw/**", "src/control-ui/**", "src/index.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            {
              regex: "^openclaw(/|$)",
              message: "Only src/openclaw and src/index.ts know the host.",
            },
          ],
        },
      ],
    },
  },
  {
    files: ["src/control-ui/**"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            {
              regex: "^openclaw(?!/plugin-sdk/control-ui$)(/|$)",
              message: "A browser has the Control UI alone.",
            },
            { regex: "^node:", message: "A browser has no Node." },
          ],
        },
      ],
    },
  },
  {
    files: ["src/index.ts", "src/control-ui/index.ts", "*.config.ts", "*.config.js"],
    rules: { "import-x/no-default-export": "off" },
  },
  { files: ["scripts/**", "test/**"], rules: { "no-console": "off" } },
  { files: ["**/*.js", "**/*.mjs"], ...tseslint.configs.disableTypeChecked },
  {
    files: ["**/*.mjs"],
    languageOptions: { globals: { process: "readonly", console: "readonly", URL: "readonly" } },
  },
);
