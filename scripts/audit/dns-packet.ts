/** One question of a DNS query (RFC 1035), and what an answer to it has to repeat. */
export type DnsQuery = {
  id: number;
  name: string;
  /** 1: IPv4 address, 28: IPv6 address, … */
  type: number;
  /** The question section's first question, as it came. */
  question: Buffer;
};

const HEADER_LENGTH = 12;
const TYPE_A = 1;
const CLASS_IN = 1;
/** As a host name or a service name may have them. */
const LABEL = /^[a-z0-9_-]+$/i;

/** Null for everything that is no query. Strict, because it is also asked whether bytes of unknown origin are one. */
export function readDnsQuery(packet: Buffer): DnsQuery | null {
  if (packet.length < HEADER_LENGTH + 5) return null;
  const [id, flags, questions, answers, authorities] = [0, 2, 4, 6, 8].map((at) => packet.readUInt16BE(at));
  const isAnswer = ((flags ?? 0) & 0xf800) !== 0;
  if (id === undefined || isAnswer || questions !== 1 || answers !== 0 || authorities !== 0) return null;
  const labels: string[] = [];
  let at = HEADER_LENGTH;
  for (let length = packet[at]; length !== 0; length = packet[at]) {
    const label = packet.toString("latin1", at + 1, at + 1 + (length ?? 0));
    if (length === undefined || length > 63 || label.length !== length || !LABEL.test(label)) return null;
    labels.push(label);
    at += 1 + length;
  }
  const end = at + 5;
  if (labels.length === 0 || end > packet.length || packet.readUInt16BE(at + 3) !== CLASS_IN) return null;
  const question = packet.subarray(HEADER_LENGTH, end);
  return { id, name: labels.join(".").toLowerCase(), type: packet.readUInt16BE(at + 1), question };
}

/** Answers with an IPv4 address where one is asked for, else with "there is none of that type". */
export function dnsAnswer({ id, type, question }: DnsQuery, address: string): Buffer {
  const records = type === TYPE_A ? [addressRecord(address)] : [];
  const header = Buffer.alloc(HEADER_LENGTH);
  // An answer, recursion wanted and available, no error.
  [id, 0x8180, 1, records.length, 0, 0].forEach((value, index) => header.writeUInt16BE(value, index * 2));
  return Buffer.concat([header, question, ...records]);
}

function addressRecord(address: string): Buffer {
  const record = Buffer.alloc(16);
  // The name: a pointer to the question's.
  record.writeUInt16BE(0xc000 | HEADER_LENGTH, 0);
  record.writeUInt16BE(TYPE_A, 2);
  record.writeUInt16BE(CLASS_IN, 4);
  record.writeUInt32BE(60, 6);
  record.writeUInt16BE(4, 10);
  record.set(address.split(".").map(Number), 12);
  return record;
}
