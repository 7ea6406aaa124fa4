import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { editConfig } from "../../scripts/world/edit-config.ts";
import type { Gateway } from "../../scripts/world/gateway.ts";
import { chat } from "./world/chat-turn.ts";
import { createContractorWorld, editPluginConfig, type ContractorWorld } from "./world/contractor-world.ts";
import { openControlUi, type ControlUi } from "./world/control-ui.ts";
import { connectGatewaySocket, PERSON_SCOPES, type GatewaySocket } from "./world/gateway-socket.ts";
import { createTurnScript } from "./world/turn-script.ts";

const script = createTurnScript();
let world: ContractorWorld;
let gateway: Gateway;
let person: GatewaySocket;
let ui: ControlUi;

beforeAll(async () => {
  world = await createContractorWorld(inject("worldTemplate"));
  world.model.respondWith(script.responder);
  await editConfig(world.openclaw, (config) => {
    config.gateway = { ...config.gateway, controlUi: { experimental: { customPlugins: true } } };
  });
  await editPluginConfig(world.openclaw, (config) => {
    config["sessionCatalog"] = { enabled: true };
    config.contractors["dev"] = {
      ...config.contractors["dev"],
      budget: { session: { usd: 0.5 }, day: { usd: 5 } },
    };
  });
  gateway = await world.openclaw.startGateway();
  const { url, token } = gateway;
  person = await connectGatewaySocket({ url, token, scopes: PERSON_SCOPES });
  await chat(person, { sessionKey: "agent:dev:main", message: "say hello" });
  ui = await openControlUi(gateway);
});

afterAll(async () => {
  await ui.close();
  await person.close();
  await world.dispose();
});

describe("spike", () => {
  it("shows", async () => {
    await ui.page.waitForTimeout(8_000);
    await ui.screenshot("spike-0", { theme: "dark" });
    console.log(ui.page.url(), ui.problems);
    console.log(await ui.page.locator("body").innerText());
    const link = ui.page.getByText("Contractors", { exact: true });
    console.log(await link.count());
    await link.first().click();
    await ui.page.waitForTimeout(4_000);
    await ui.screenshot("spike-1", { theme: "dark" });
    await ui.screenshot("spike-2", { theme: "light" });
    await ui.screenshot("spike-3", { theme: "dark", size: "narrow" });
    console.log(ui.page.url(), ui.problems);
    console.log(await ui.page.locator("body").innerText());
    expect(1).toBe(1);
  });
});
