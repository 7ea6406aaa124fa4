import { PLUGIN_ID } from "../../config/identifiers.ts";
import { fitsRange, SUPPORTED } from "../../config/supported-versions.ts";
import type { DoctorHost } from "../../openclaw/doctor-host.ts";
import { passed, type Finding } from "./doctor-check.ts";

/** What this plugin stands on: Node, OpenClaw, its switch there, and a Gateway. */
export async function hostChecks(host: DoctorHost): Promise<Finding[]> {
  const { node, openclaw } = host.versions;
  return [
    nodeCheck(node),
    ...(openclaw === undefined ? [] : [openclawCheck(openclaw)]),
    switchCheck(host),
    await gatewayCheck(host),
  ];
}

function nodeCheck(version: string): Finding {
  const title = "Node is one that is supported";
  if (fitsRange(version, SUPPORTED.node) !== false) return passed(title);
  return {
    ...{ title, status: "fail" },
    cause: `This is Node ${version}; OpenClaw and this plugin want ${SUPPORTED.node}.`,
    mend: "Install such a Node and start OpenClaw with it.",
  };
}

function openclawCheck(version: string): Finding {
  const title = "OpenClaw is one that is supported";
  if (fitsRange(version, SUPPORTED.openclaw) !== false) return passed(title);
  return {
    ...{ title, status: "fail" },
    cause: `This is OpenClaw ${version}; this plugin was made for ${SUPPORTED.openclaw}.`,
    mend: `Bring both to versions that fit: \`openclaw update\`, or \`openclaw plugins update ${PLUGIN_ID}\`.`,
  };
}

function switchCheck({ switchedOffBy }: DoctorHost): Finding {
  const title = "OpenClaw loads the plugin";
  if (switchedOffBy === null) return passed(title);
  return {
    ...{ title, status: "fail", cause: `It does not: ${switchedOffBy}.` },
    mend: `Switch it on with \`openclaw plugins enable ${PLUGIN_ID}\`.`,
  };
}

/** Without one, agents still answer with `openclaw agent --local`. */
async function gatewayCheck(host: DoctorHost): Promise<Finding> {
  const title = "A Gateway answers";
  if (await host.isGatewayReachable()) return passed(title);
  return {
    ...{ title, status: "warn", cause: "None does, with the address and the token of this configuration." },
    mend: "Start it with `openclaw gateway start`, or see `openclaw gateway status`.",
  };
}
