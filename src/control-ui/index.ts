import type { ControlUiPlugin } from "openclaw/plugin-sdk/control-ui";
import { PLUGIN_ID } from "../config/identifiers.ts";
import { contractorsPage } from "./contractors-page.ts";

const PAGE = "contractors";
const LABEL = "Contractors";

/** What runs in the browser, inside OpenClaw's Control UI. */
const plugin: ControlUiPlugin = {
  id: PLUGIN_ID,
  activate(host) {
    host.ui.registerNavigation({ id: PAGE, label: LABEL, page: { id: PAGE }, icon: "bot" });
    host.ui.registerPage({ id: PAGE, label: LABEL, mount: contractorsPage });
  },
};

export default plugin;
