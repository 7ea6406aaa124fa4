import { delimiter, dirname } from "node:path";

/** This environment with the Node's folder first on PATH, so that whatever a child starts finds the same Node. */
export function environmentWithNode(node) {
  // Windows spells it "Path", and a copied environment minds the case.
  const name = Object.keys(process.env).find((key) => key.toUpperCase() === "PATH") ?? "PATH";
  const folders = [dirname(node.executable), process.env[name]].filter(Boolean);
  return { ...process.env, [name]: folders.join(delimiter) };
}
