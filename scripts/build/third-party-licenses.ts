import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

const PACKAGE_FOLDER = /^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/;

const manifestSchema = z.looseObject({ name: z.string(), version: z.string(), license: z.string() });

/** The licence texts of every package that a bundle contains, told from the paths of its modules. */
export async function thirdPartyLicenses(moduleIds: string[]): Promise<string> {
  const folders = new Set(moduleIds.flatMap((id) => PACKAGE_FOLDER.exec(id.replace(/^\0/, ""))?.[1] ?? []));
  const notices = await Promise.all([...folders].sort().map(noticeOf));
  return `dist contains code of these packages.\n\n${notices.join("\n\n")}\n`;
}

async function noticeOf(folder: string): Promise<string> {
  const manifest = manifestSchema.parse(JSON.parse(await readFile(join(folder, "package.json"), "utf8")));
  const file = (await readdir(folder)).find((name) => /^licen[cs]e/i.test(name));
  const text = file === undefined ? "" : await readFile(join(folder, file), "utf8");
  const title = `${manifest.name} ${manifest.version} (${manifest.license})`;
  return `${title}\n${"-".repeat(title.length)}\n${text.trim()}`;
}
