import { createSocket } from 'node:dgram';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import * as dns from 'dns-packet';

/** What a name resolves to. */
export type ZoneAnswer =
  | { readonly kind: 'addresses'; readonly addresses: readonly string[]; readonly cname?: string }
  | { readonly kind: 'pointer'; readonly name: string }
  | { readonly kind: 'nxdomain' }
  | { readonly kind: 'servfail' }
  /** No answer at all, so that the client runs into its time-out. */
  | { readonly kind: 'silent' };

/** Returns the answer for a lower-case name; `clientSubnet` is the address of an EDNS client subnet option, if there was one. */
export type Zone = (name: string, clientSubnet: string | undefined) => ZoneAnswer;

export interface DnsServer {
  readonly port: number;
  /** Queries so far, by lower-case name. */
  readonly queries: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

const RCODE = { nxdomain: 3, servfail: 2 } as const;
const PLAIN_UDP_BYTES = 512;

interface Reply {
  readonly bytes: Buffer;
  /** The reply without answer records and with the truncation flag, for a client that must ask again over TCP. */
  readonly truncated: Buffer;
  readonly udpLimitBytes: number;
}

function subnetOf(query: dns.Packet): string | undefined {
  const opt = query.additionals?.find((record) => record.type === 'OPT');
  const subnet = opt?.options?.find((option) => 'ip' in option && option.ip !== undefined);
  return subnet && 'ip' in subnet ? subnet.ip : undefined;
}

function answersFor(question: dns.Question, answer: ZoneAnswer, ttlSeconds: number): dns.Answer[] {
  const base = { class: 'IN', ttl: ttlSeconds } as const;
  if (answer.kind === 'pointer')
    return question.type === 'PTR' ? [{ ...base, type: 'PTR', name: question.name, data: answer.name }] : [];
  if (answer.kind !== 'addresses') return [];
  const owner = answer.cname ?? question.name;
  const type = question.type === 'AAAA' ? 'AAAA' : 'A';
  const wanted = answer.addresses.filter((address) => address.includes(':') === (type === 'AAAA'));
  return [
    ...(answer.cname ? [{ ...base, type: 'CNAME' as const, name: question.name, data: answer.cname }] : []),
    ...(question.type === 'A' || question.type === 'AAAA'
      ? wanted.map((data) => ({ ...base, type, name: owner, data }) as const)
      : []),
  ];
}

/** Starts a DNS server on 127.0.0.1, UDP and TCP on the same port, that answers from `zone`. */
export async function startDnsServer(zone: Zone, ttlSeconds = 60): Promise<DnsServer> {
  const queries = new Map<string, number>();

  function reply(request: Buffer): Reply | undefined {
    const query = dns.decode(request);
    const question = query.questions?.[0];
    if (!question) return undefined;
    const name = question.name.toLowerCase();
    queries.set(name, (queries.get(name) ?? 0) + 1);
    const answer = zone(name, subnetOf(query));
    if (answer.kind === 'silent') return undefined;
    const rcode = answer.kind === 'nxdomain' || answer.kind === 'servfail' ? RCODE[answer.kind] : 0;
    const flags = dns.AUTHORITATIVE_ANSWER | dns.RECURSION_DESIRED | dns.RECURSION_AVAILABLE | rcode;
    const packet: dns.Packet = {
      type: 'response',
      ...(query.id === undefined ? {} : { id: query.id }),
      questions: [question],
    };
    const opt = query.additionals?.find((record) => record.type === 'OPT');
    return {
      bytes: dns.encode({
        ...packet,
        flags,
        answers: answersFor(question, answer, ttlSeconds),
        ...(opt ? { additionals: [opt] } : {}),
      }),
      truncated: dns.encode({ ...packet, flags: flags | dns.TRUNCATED_RESPONSE }),
      udpLimitBytes: Math.max(PLAIN_UDP_BYTES, opt?.udpPayloadSize ?? 0),
    };
  }

  const tcpSockets = new Set<Socket>();
  const tcp = createServer((socket) => {
    tcpSockets.add(socket);
    socket.on('close', () => tcpSockets.delete(socket)).on('error', () => socket.destroy());
    let pending = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      pending = Buffer.concat([pending, chunk]);
      while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
        const end = 2 + pending.readUInt16BE(0);
        const answer = reply(pending.subarray(2, end));
        pending = pending.subarray(end);
        if (!answer) continue;
        const length = Buffer.alloc(2);
        length.writeUInt16BE(answer.bytes.length);
        socket.write(Buffer.concat([length, answer.bytes]));
      }
    });
  });
  const udp = createSocket('udp4');
  udp.on('message', (message, from) => {
    const answer = reply(message);
    if (!answer) return;
    const fits = answer.bytes.length <= answer.udpLimitBytes;
    udp.send(fits ? answer.bytes : answer.truncated, from.port, from.address);
  });

  // TCP first: its ports are scarce, since every connection underway holds one.
  await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve));
  const { port } = tcp.address() as AddressInfo;
  await new Promise<void>((resolve, reject) => {
    udp.once('error', reject).bind(port, '127.0.0.1', resolve);
  }).catch((error: unknown) => {
    tcp.close();
    throw error;
  });

  return {
    port,
    queries,
    close: async () => {
      for (const socket of tcpSockets) socket.destroy();
      await Promise.all([
        new Promise<void>((resolve) => udp.close(() => resolve())),
        new Promise<void>((resolve) => tcp.close(() => resolve())),
      ]);
    },
  };
}
