import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";

export type Certificate = { key: string; certificate: string };

const DAY_MS = 86_400_000;

/**
 * A certificate for 127.0.0.1 that lasts a day and vouches for itself: WebFetch speaks to nothing but TLS. Node makes
 * keys and signatures, but no certificates, so the few fields that one needs are written here (RFC 5280, DER).
 */
export function selfSignedCertificate(now: number): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const body = certificateBody(publicKey, now);
  const signature = sign("sha256", body, privateKey);
  const bytes = sequence(body, ECDSA_SHA256, tagged(0x03, Buffer.concat([Buffer.of(0), signature])));
  const lines = bytes.toString("base64").replaceAll(/(.{64})/g, "$1\n");
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    certificate: `-----BEGIN CERTIFICATE-----\n${lines.trimEnd()}\n-----END CERTIFICATE-----\n`,
  };
}

function certificateBody(publicKey: KeyObject, now: number): Buffer {
  const name = sequence(tagged(0x31, sequence(objectId("550403"), tagged(0x0c, Buffer.from("audit page")))));
  const isAuthority = sequence(objectId("551d13"), TRUE, octets(sequence(TRUE)));
  // Names of the subject: of all the kinds of names, 7 is an address.
  const address = sequence(objectId("551d11"), octets(sequence(tagged(0x87, Buffer.of(127, 0, 0, 1)))));
  return sequence(
    tagged(0xa0, tagged(0x02, Buffer.of(2))),
    tagged(0x02, Buffer.of(1)),
    ECDSA_SHA256,
    name,
    sequence(utcTime(now - DAY_MS / 24), utcTime(now + DAY_MS)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    tagged(0xa3, sequence(isAuthority, address)),
  );
}

const TRUE = Buffer.of(0x01, 0x01, 0xff);
const ECDSA_SHA256 = sequence(objectId("2a8648ce3d040302"));

function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), content]);
  const size = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...size), content]);
}

function sequence(...parts: Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

function octets(content: Buffer): Buffer {
  return tagged(0x04, content);
}

function objectId(hex: string): Buffer {
  return tagged(0x06, Buffer.from(hex, "hex"));
}

function utcTime(time: number): Buffer {
  const digits = new Date(time).toISOString().replaceAll(/\D/g, "").slice(2, 14);
  return tagged(0x17, Buffer.from(`${digits}Z`));
}
