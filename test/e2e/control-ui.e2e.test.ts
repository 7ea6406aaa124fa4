import { access } from "node:fs/promises";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { z } from "zod";
import { editConfig } from "../../scripts/world/edit-config.ts";
import type { Gateway } from "../../scripts/world/gateway.ts";
import { chat, startChatTurn } from "./world/chat-turn.ts";
import { createContractorWorld, editPluginConfig, type ContractorWorld } from "./world/contractor-world.ts";
import { openControlUi, type ControlUi } from "./world/control-ui.ts";
import { connectGatewaySocket, PERSON_SCOPES, type GatewaySocket } from "./world/gateway-socket.ts";

const MAIN = "agent:dev:main";
const GARDEN = "agent:dev:garden";
const RECALL = "what did I ask you to remember?";

const catalogSchema = z.looseObject({
  catalogs: z.array(
    z.looseObject({
      id: z.string(),
      hosts: z.array(z.looseObject({ sessions: z.array(z.looseObject({ name: z.string() })) })),
    }),
  ),
});

let world: ContractorWorld;
let gateway: Gateway;
let person: GatewaySocket;
let ui: ControlUi;
let page: Page;
/** The Claude session that the main conversation has first. */
let firstOfMain: string;

beforeAll(async () => {
  world = await createContractorWorld(inject("worldTemplate"));
  await editConfig(world.openclaw, (config) => {
    const controlUi = { experimental: { customPlugins: true }, communityInvite: false };
    config.gateway = { ...config.gateway, controlUi };
  });
  await editPluginConfig(world.openclaw, (config) => {
    config["sessionCatalog"] = { enabled: true };
    const budget = { session: { usd: 0.1 }, day: { usd: 0.2 } };
    const claudeConfigDir = join(world.openclaw.stateDir, "claude-of-dev");
    config.contractors["dev"] = { ...config.contractors["dev"], budget, claudeConfigDir };
  });
  gateway = await world.openclaw.startGateway();
  const { url, token } = gateway;
  person = await connectGatewaySocket({ url, token, scopes: PERSON_SCOPES });
  await chat(person, { sessionKey: MAIN, message: "remember the blue door" });
  firstOfMain = (await world.activeSession("dev", MAIN)) ?? "";
  ui = await openControlUi(gateway);
  page = ui.page;
});

afterAll(async () => {
  await ui.close();
  await person.close();
  await world.dispose();
});

function contractor(agentId: string): Locator {
  return page.getByRole("region", { name: agentId, exact: true });
}

function conversation(sessionKey: string): Locator {
  return page.locator(`li[data-session-key="${sessionKey}"]`);
}

function button(name: string): Locator {
  return page.getByRole("button", { name, exact: true });
}

async function waitFor(locator: Locator): Promise<void> {
  await locator.waitFor({ timeout: 30_000 });
}

/** How far anything of the page reaches beyond the right edge of the window, in pixels. */
const OVERFLOW = `
  Math.max(
    ...[...document.querySelectorAll(".contractor-agent, .contractor-agent *")]
      .map((one) => one.getBoundingClientRect().right)
  ) - document.documentElement.clientWidth`;

describe("the page of the contractors", () => {
  it("shows who they are, their conversations, context and cost", async () => {
    await waitFor(conversation(MAIN));
    expect(await contractor("dev").innerText()).toMatch(
      /claude-agent-acp[^]*Budget: Today\s+\$0\.\d+ of \$0\.20/,
    );
    expect(await contractor("zed").innerText()).toMatch(/claude-code-acp[^]*No conversation at present/);
    expect(await conversation(MAIN).innerText()).toMatch(/^main\s+ready/);
    const meters = await conversation(MAIN).getByRole("meter").all();
    const told = await Promise.all(meters.map((meter) => meter.getAttribute("aria-valuetext")));
    expect(told).toEqual([
      expect.stringMatching(/^\d+% of /),
      expect.stringMatching(/^\$0\.\d+ of \$0\.10$/),
    ]);
  });

  it("shows a call that waits for approval, lets it be allowed, shows it run, and stops its turn", async () => {
    const mark = join(world.workspaceOf("dev"), "mark");
    const message = "run touch mark; tail -f /dev/null";
    const turn = await startChatTurn(person, { sessionKey: GARDEN, message });
    const waiting = page.getByRole("region", { name: "Waiting for your approval" });
    await waitFor(waiting);
    expect(await waiting.innerText()).toContain("touch mark; tail -f /dev/null");
    await waitFor(conversation(GARDEN).getByText("in a turn"));
    await ui.screenshot("control-ui-dark", { theme: "dark" });
    await ui.screenshot("control-ui-light", { theme: "light" });
    await ui.screenshot("control-ui-narrow", { theme: "dark", size: "narrow" });
    expect(await page.evaluate<number>(OVERFLOW)).toBeLessThanOrEqual(0);
    await ui.look({ theme: "dark" });

    await waiting.getByRole("button", { name: /^Allow once/ }).click();
    await waitFor(page.getByText("Allowed once."));
    await expect.poll(() => isPresent(mark)).toBe(true);
    await waiting.waitFor({ state: "detached" });
    const live = conversation(GARDEN).getByLabel("What runs now");
    expect(await live.innerText()).toContain("touch mark; tail -f /dev/null");
    await button("Stop: garden").click();
    expect((await turn.ended).state).toBe("aborted");
    await waitFor(page.getByText("Stopped. The conversation goes on with its next message."));
    await live.waitFor({ state: "detached" });
  });

  it("resets a conversation by click, after a question that can be left", async () => {
    expect(await chat(person, { sessionKey: MAIN, message: RECALL })).toContain("the blue door");
    await button("Reset: main").click();
    await waitFor(button("Reset"));
    await page.keyboard.press("Escape");
    await button("Reset").waitFor({ state: "detached" });
    await waitFor(conversation(MAIN));

    await button("Reset: main").click();
    await button("Reset").click();
    await waitFor(page.getByText("Reset. The next message begins a new Claude session."));
    await conversation(MAIN).waitFor({ state: "detached" });
    expect(await world.activeSession("dev", MAIN)).toBeUndefined();
    expect(await chat(person, { sessionKey: MAIN, message: RECALL })).not.toContain("the blue door");
  });

  it("shows those that are over, also by keyboard", async () => {
    await button("Ended conversations").focus();
    await page.keyboard.press("Enter");
    await waitFor(conversation(MAIN).getByText("ended: reset"));
    // The page looked again, and the focus is where it was.
    expect(await page.locator(":focus").textContent()).toBe("Ended conversations");
    expect(await button("Ended conversations").getAttribute("aria-pressed")).toBe("true");
    await page.keyboard.press("Enter");
    await conversation(MAIN).getByText("ended: reset").waitFor({ state: "detached" });
  });

  it("adopts a session, which goes on in a conversation of its own", async () => {
    await button("Adopt a session: dev").click();
    await page.getByRole("button", { name: /^remember the blue door/ }).click();
    await page.waitForURL(/\/chat\//);
    const sessionKey = `agent:dev:claude-${firstOfMain}`;
    await expect.poll(() => world.activeSession("dev", sessionKey)).toBe(firstOfMain);
    expect(await chat(person, { sessionKey, message: RECALL })).toContain("the blue door");
  });

  it("breaks nothing in the browser", () => {
    expect(ui.problems).toEqual([]);
  });
});

describe("Claude Code's own sessions", () => {
  it("are in OpenClaw's catalogue, and in the sidebar", async () => {
    const listed = catalogSchema.parse(await person.request("sessions.catalog.list", { agentId: "dev" }));
    const ours = listed.catalogs.find(({ id }) => id === "contractor-agent");
    const names = ours?.hosts.flatMap(({ sessions }) => sessions.map(({ name }) => name)) ?? [];
    expect(names).toContain("remember the blue door");
    // Beside the conversation that was opened last.
    await waitFor(page.getByText("run touch mark; tail -f /dev/null"));
  });
});

function isPresent(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
