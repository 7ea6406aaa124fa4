import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PINNED_NODE } from "../../scripts/toolchain/pinned-node.mjs";
import { createToolchainProject, type ToolchainProject } from "./toolchain-project.ts";

const pinnedVersion = PINNED_NODE[`${process.platform}-${process.arch}`]?.version ?? "";
const NO_NODE_FITS = "<1.0.0";
const SETS_UP_NODE = `setting up: Node ${pinnedVersion} (this machine has ${process.versions.node})`;
const SETS_UP_PACKAGES = "setting up: npm packages";

describe("with-toolchain", () => {
  let project: ToolchainProject;

  beforeEach(() => {
    project = createToolchainProject();
    project.askForNode(NO_NODE_FITS);
  });
  afterEach(() => {
    project.remove();
  });

  it("sets up the pinned Node and the packages, then runs the script with that Node", () => {
    const said = [SETS_UP_NODE, SETS_UP_PACKAGES];
    expect(project.run()).toEqual({ status: 0, ranBy: "pinned", said, npm: ["install", "ci"] });
  });

  it("does nothing but run the script when everything is there", () => {
    project.run();
    expect(project.run()).toEqual({ status: 0, ranBy: "pinned", said: [], npm: [] });
  });

  it("uses the machine's own Node when it fits", () => {
    project.askForNode(">=24.0.0");
    const said = [SETS_UP_PACKAGES];
    expect(project.run()).toEqual({ status: 0, ranBy: "own", said, npm: ["ci"] });
  });

  it("replaces a Node in the toolchain that is another version", () => {
    project.placeNodeThatSays("24.0.0");
    expect(project.run()).toMatchObject({ status: 0, ranBy: "pinned", npm: ["install", "ci"] });
  });

  it("installs the packages again when the lock file has changed", () => {
    project.run();
    project.write("package-lock.json", '{ "changed": true }');
    expect(project.run()).toMatchObject({ said: [SETS_UP_PACKAGES], npm: ["ci"] });
  });

  it("installs the packages again for another Node", () => {
    project.run();
    project.askForNode(">=24.0.0");
    // The tests may run with the very version that is pinned: then the packages fit both.
    const npm = process.versions.node === pinnedVersion ? [] : ["ci"];
    expect(project.run()).toMatchObject({ ranBy: "own", npm });
  });

  it("shows what npm said when it fails, and sets up again the next time", () => {
    const failed = project.run([], { NPM_STUB_FAILS: "1" });
    expect(failed).toMatchObject({ status: 1, ranBy: "" });
    expect(failed.said).toEqual([
      SETS_UP_NODE,
      "npm error: the registry is on fire",
      'setting up failed: "npm install" ended with 1; what it said is above',
    ]);
    expect(project.run()).toMatchObject({ status: 0, npm: ["install", "ci"] });
  });

  it("takes over the lock of a process that is gone", () => {
    // No system gives out an id this high.
    project.write(".toolchain/setup.lock", "2147483646");
    expect(project.run()).toMatchObject({ status: 0, said: [SETS_UP_NODE, SETS_UP_PACKAGES] });
  });

  it("ends with the script's exit code", () => {
    expect(project.run(["7"])).toMatchObject({ status: 7 });
  });
});
