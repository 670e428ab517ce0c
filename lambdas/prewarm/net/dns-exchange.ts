import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { connect, isIP, isIPv6 } from 'node:net';
import * as dns from 'dns-packet';
import { WarmpathError } from '../../errors/warmpath-error';

/** A DNS server. */
export interface DnsServerAddress {
  readonly host: string;
  readonly port: number;
}

/** A DNS query without a usable response; the message says why. */
export class DnsFailure extends WarmpathError {
  override readonly name = 'DnsFailure';

  constructor(message: string, options?: ErrorOptions) {
    super('DNS_FAILED', message, options);
  }
}

const RESEND_MS = 1_000;
const UDP_PAYLOAD_BYTES = 1_232;

/** `HOST:PORT`, `[IPV6]:PORT`, or an address alone (port 53). */
export function parseServer(text: string): DnsServerAddress {
  const match = /^(?:\[([0-9a-f:]+)\]|([\d.]+))(?::(\d{1,5}))?$/i.exec(text);
  const host = match?.[1] ?? match?.[2] ?? (isIPv6(text) ? text : undefined);
  const port = Number(match?.[3] ?? 53);
  if (isIP(host ?? '') === 0 || host === undefined || port < 1 || port > 65_535) {
    throw new DnsFailure(
      `resolver: got ${JSON.stringify(text)}; allowed: HOST:PORT with an IP address, such as 127.0.0.1:53`,
    );
  }
  return { host, port };
}

function isAnswerTo(answer: dns.Packet, query: dns.Packet): boolean {
  const asked = query.questions?.[0];
  const answered = answer.questions?.[0];
  return (
    answer.type === 'response' &&
    answer.id === query.id &&
    answered?.name.toLowerCase() === asked?.name.toLowerCase() &&
    answered?.type === asked?.type
  );
}

/** Ignores responses that do not belong to the question (another id, another name): they may be forged. */
function decodeAnswer(bytes: Buffer, query: dns.Packet): dns.DecodedPacket | undefined {
  try {
    const answer = dns.decode(bytes);
    return isAnswerTo(answer, query) ? answer : undefined;
  } catch {
    return undefined;
  }
}

function overUdp(query: dns.Packet, { host, port }: DnsServerAddress, timeoutMs: number) {
  return new Promise<dns.DecodedPacket>((resolve, reject) => {
    const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
    const bytes = dns.encode(query);
    function send(): void {
      socket.send(bytes);
    }
    function end(): void {
      clearTimeout(timer);
      clearInterval(resend);
      socket.close();
    }
    function fail(message: string): void {
      end();
      reject(new DnsFailure(message));
    }
    const timer = setTimeout(() => fail('no DNS server answered in time'), timeoutMs);
    const resend = setInterval(send, RESEND_MS);
    socket.on('error', (error) => fail(error.message));
    socket.on('message', (message) => {
      const answer = decodeAnswer(message, query);
      if (answer === undefined) return;
      end();
      resolve(answer);
    });
    // A connected socket takes datagrams of this server only.
    socket.connect(port, host, send);
  });
}

function overTcp(query: dns.Packet, { host, port }: DnsServerAddress, timeoutMs: number) {
  return new Promise<dns.DecodedPacket>((resolve, reject) => {
    const socket = connect({ host, port });
    let received = Buffer.alloc(0);
    function end(settle: () => void): void {
      clearTimeout(timer);
      socket.destroy();
      settle();
    }
    function fail(message: string): void {
      end(() => reject(new DnsFailure(message)));
    }
    const timer = setTimeout(() => fail('no DNS server answered in time'), timeoutMs);
    socket.on('error', (error) => fail(error.message));
    socket.on('close', () => fail('the DNS server closed the connection'));
    socket.on('connect', () => {
      const bytes = dns.encode(query);
      const length = Buffer.alloc(2);
      length.writeUInt16BE(bytes.length);
      socket.write(Buffer.concat([length, bytes]));
    });
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return;
      const answer = decodeAnswer(received.subarray(2, 2 + received.readUInt16BE(0)), query);
      if (answer) end(() => resolve(answer));
      else fail('the DNS server answered something else');
    });
  });
}

export interface Question {
  readonly name: string;
  readonly type: 'A' | 'PTR';
  /** Asks as a client of this network would, `ADDRESS/BITS` (RFC 7871). */
  readonly clientSubnet?: string;
}

/**
 * Queries one server over UDP, and again over TCP where the response was truncated.
 * @throws DnsFailure when there is no answer
 */
export async function askDns(
  { name, type, clientSubnet }: Question,
  server: DnsServerAddress,
  timeoutMs: number,
): Promise<dns.DecodedPacket> {
  const [ip = '', bits = ''] = clientSubnet?.split('/') ?? [];
  const subnet: dns.PacketOpt = {
    code: 8,
    family: isIPv6(ip) ? 2 : 1,
    sourcePrefixLength: Number(bits),
    scopePrefixLength: 0,
    ip,
  };
  const query: dns.Packet = {
    type: 'query',
    id: randomInt(65_536),
    flags: dns.RECURSION_DESIRED,
    questions: [{ type, name, class: 'IN' }],
    additionals: [
      {
        type: 'OPT',
        name: '.',
        udpPayloadSize: UDP_PAYLOAD_BYTES,
        extendedRcode: 0,
        ednsVersion: 0,
        flags: 0,
        flag_do: false,
        options: clientSubnet === undefined ? [] : [subnet],
      },
    ],
  };
  const answer = await overUdp(query, server, timeoutMs);
  return answer.flag_tc ? overTcp(query, server, timeoutMs) : answer;
}
