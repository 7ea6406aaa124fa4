import { chmod, mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { BrokenSetUp } from "./broken-set-up.ts";

const IS_ROOT = process.getuid?.() === 0;
const NOBODY = 65_534;

export const WORKSPACE: BrokenSetUp[] = [
  {
    name: "a workspace that is gone",
    phase: "workspace",
    title: "dev's workspace can be worked in",
    cause: /does not exist/,
    mend: /^Create the folder/,
    breakIt: (world) => rename(world.workspace, `${world.workspace}.moved`),
    follow: (world) => mkdir(world.workspace),
  },
  {
    name: "a workspace that is a file",
    phase: "workspace",
    title: "dev's workspace can be worked in",
    cause: /is not a folder/,
    mend: /^Name the folder/,
    async breakIt({ dev, home }) {
      const file = join(home, "notes");
      dev["workspace"] = file;
      await writeFile(file, "text");
    },
    follow: (world) => (world.dev["workspace"] = world.workspace),
  },
  {
    name: "a workspace that this user may not read",
    phase: "workspace",
    title: "dev's workspace can be worked in",
    cause: /cannot be read \(EACCES\)|not writable for this user/,
    mend: /chmod|Change its permissions/,
    async breakIt(world) {
      await chmod(world.home, 0o755);
      await chmod(world.workspace, 0o311);
      becomeOrdinary();
    },
    follow: ({ workspace: folder }) => asRoot(() => chmod(folder, 0o777)),
  },
  {
    name: "a workspace that is the home folder",
    phase: "workspace",
    title: "dev's workspace is a project's",
    status: "warn",
    cause: /your home folder/,
    mend: /a folder of its own/,
    breakIt: ({ dev, home }) => (dev["workspace"] = home),
    follow: (world) => (world.dev["workspace"] = world.workspace),
  },
  {
    name: "a workspace that is the whole machine",
    phase: "workspace",
    title: "dev's workspace is a project's",
    status: "warn",
    cause: /the whole machine/,
    mend: /a folder of its own/,
    breakIt: ({ dev }) => (dev["workspace"] = "/"),
    follow: (world) => (world.dev["workspace"] = world.workspace),
  },
  {
    name: "a workspace that another agent works in",
    phase: "workspace",
    title: "dev works alone in its workspace",
    status: "warn",
    cause: /ops works there, too/,
    mend: /give one another workspace/,
    breakIt: (world) => (world.config.agents.entries["ops"] = { workspace: world.workspace }),
    follow: ({ config, home }) => (config.agents.entries["ops"] = { workspace: home }),
  },
];

/** Root may read everything: until the test's end, files are looked at as somebody else. */
function becomeOrdinary(): void {
  if (!IS_ROOT) return;
  process.seteuid?.(NOBODY);
  onTestFinished(() => process.seteuid?.(0));
}

async function asRoot(work: () => Promise<void>): Promise<void> {
  if (!IS_ROOT) return work();
  process.seteuid?.(0);
  await work();
  process.seteuid?.(NOBODY);
}
