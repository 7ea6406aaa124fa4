import { createHash, generateKeyPairSync, sign } from "node:crypto";

type Connection = {
  client: { id: string; mode: string; platform: string };
  role: string;
  scopes: readonly string[];
  token: string;
  challenge: { nonce: string; ts: number };
};

type DeviceProof = { id: string; publicKey: string; signature: string; signedAt: number; nonce: string };

/** Of the SPKI encoding of an Ed25519 key, the last 32 bytes are the key itself. */
const RAW_KEY_BYTES = 32;

/** A device as OpenClaw's clients have one: a key pair that proves each connection (payload version 3). */
export function createOperatorDevice(): { sign(connection: Connection): DeviceProof } {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const rawKey = publicKey.export({ type: "spki", format: "der" }).subarray(-RAW_KEY_BYTES);
  const id = createHash("sha256").update(rawKey).digest("hex");
  return {
    sign({ client, role, scopes, token, challenge }) {
      const deviceFamily = "";
      const payload = [
        ...["v3", id, client.id, client.mode, role, scopes.join(","), String(challenge.ts), token],
        ...[challenge.nonce, client.platform, deviceFamily],
      ].join("|");
      return {
        id,
        publicKey: rawKey.toString("base64url"),
        signature: sign(null, Buffer.from(payload), privateKey).toString("base64url"),
        signedAt: challenge.ts,
        nonce: challenge.nonce,
      };
    },
  };
}
