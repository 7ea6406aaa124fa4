import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { chromium, type Browser, type Page } from "playwright-core";
import type { Gateway } from "../../../scripts/world/gateway.ts";
import { ensureChromium } from "./chromium.ts";

const FLAGS = [
  ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
];

const ROOT = resolve(import.meta.dirname, "../../..");
/** A file of the repository changes only when somebody wants that: `CONTRACTOR_SCREENSHOTS=docs/images`. */
const SCREENSHOTS = resolve(ROOT, process.env["CONTRACTOR_SCREENSHOTS"] ?? ".cache/screenshots");

const WIDE = { width: 1280, height: 860 };
const NARROW = { width: 390, height: 844 };

export type Look = { theme: "light" | "dark"; size?: "wide" | "narrow" };

/** OpenClaw's Control UI in a browser, as an operator has it open. */
export type ControlUi = {
  page: Page;
  /** What went wrong in the browser so far. */
  problems: string[];
  look(as: Look): Promise<void>;
  screenshot(name: string, look: Look): Promise<void>;
  close(): Promise<void>;
};

/** Opens the plugin's page in the Control UI of a running Gateway, with its token. */
export async function openControlUi({ url, token }: Pick<Gateway, "url" | "token">): Promise<ControlUi> {
  const browser = await chromium.launch({ executablePath: await ensureChromium(), args: FLAGS });
  try {
    return await openIn(browser, `${url}/#token=${token}`);
  } catch (cause) {
    await browser.close();
    throw cause;
  }
}

async function openIn(browser: Browser, url: string): Promise<ControlUi> {
  const page = await browser.newPage({ viewport: WIDE, colorScheme: "dark", reducedMotion: "reduce" });
  const problems: string[] = [];
  page.on("pageerror", ({ message }) => problems.push(message));
  await page.goto(url);
  // With an agent that has no model yet, OpenClaw begins with its settings.
  await page.getByText("Back to app").click();
  await page.getByRole("link", { name: "Contractors" }).click();
  async function look({ theme, size = "wide" }: Look): Promise<void> {
    await page.setViewportSize(size === "wide" ? WIDE : NARROW);
    await page.emulateMedia({ colorScheme: theme });
  }
  return {
    page,
    problems,
    look,
    async screenshot(name, as) {
      await mkdir(SCREENSHOTS, { recursive: true });
      await look(as);
      await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), animations: "disabled" });
    },
    close: () => browser.close(),
  };
}
