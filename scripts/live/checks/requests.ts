import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as z from 'zod';
import type { LiveCheck } from '../live-test';
import { different, type LiveContext, notSeen, seen, textOutput } from './context';

const ended = z.object({ status: z.string(), warm: z.number().optional(), failed: z.number().optional() });

/** What the API, the deadlines and the agents of prewarm do. */
export function requestChecks(context: LiveContext): readonly LiveCheck[] {
  const endpoint = textOutput(context.prewarm, 'prewarm_endpoint');
  const key = textOutput(context.prewarm, 'prewarm_api_key');
  if (endpoint === undefined || key === undefined) return [];
  const access = { endpoint, key };
  const checks = [
    { name: 'gzip and base64 through API Gateway', look: () => compressed(access) },
    // First, as long as no agent is up: it is certain to be underway at its deadline.
    { name: 'a deadline by EventBridge Scheduler', look: () => deadline(context, access) },
    { name: 'streams, queue and hardened agents warm objects', look: () => warming(context, access) },
  ];
  return context.isEmulated
    ? checks.map(({ name }) => ({
        name,
        look: () => Promise.resolve(notSeen('an emulator serves no API')),
      }))
    : checks;
}

interface Access {
  readonly endpoint: string;
  readonly key: string;
}

/** A body that is compressed both ways: the gateway hands it to the function in base64. */
async function compressed({ endpoint, key }: Access) {
  const headers = { 'x-api-key': key, 'accept-encoding': 'gzip' };
  const list = await fetch(`${endpoint}pops`, { headers });
  const coding = list.headers.get('content-encoding') ?? 'none';
  const isJson = await list.json().then(
    () => true,
    () => false,
  );
  const sent = await fetch(`${endpoint}estimate`, {
    method: 'POST',
    headers: { ...headers, 'content-encoding': 'gzip', 'content-type': 'application/json' },
    body: gzipSync('{"url_list": []}'),
  });
  const answer = await sent.text();
  const found = `GET pops ${list.status}, coding ${coding}; a compressed body: ${sent.status} ${answer.slice(0, 100)}`;
  // An empty list is refused by its field; a body that was not unpacked, as no JSON.
  return list.ok && isJson && coding === 'gzip' && !/JSON/i.test(answer) ? seen(found) : different(found);
}

async function deadline(context: LiveContext, access: Access) {
  if (context.urls.length === 0) return notSeen('needs --warm URL');
  const { status } = await send(context, access, '--timeout', '1');
  if (status === 'STOPPED') return seen('a request of one minute was stopped');
  return notSeen(`the request was ${status} before its deadline`);
}

async function warming(context: LiveContext, access: Access) {
  if (context.urls.length === 0) return notSeen('needs --warm URL');
  const { status, warm, failed } = await send(context, access, '--timeout', '30');
  const found = `${status}, ${warm} warm, ${failed} failed`;
  return status === 'FINISHED' && (warm ?? 0) > 0 && failed === 0 ? seen(found) : different(found);
}

/** Sends the objects and waits for the end; a request with failures ends the command with 1, and its answer is read all the same. */
async function send({ urls, warmpath }: LiveContext, { endpoint, key }: Access, ...further: string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'warmpath-live-'));
  try {
    const [list, keyFile] = [join(folder, 'urls.txt'), join(folder, 'key')];
    writeFileSync(list, urls.join('\n'));
    writeFileSync(keyFile, key, { mode: 0o600 });
    const domain = new URL(urls[0] ?? '').host;
    const text = await warmpath(
      ...['prewarm', 'submit', list, '--endpoint', endpoint, '--api-key-file', keyFile],
      ...['--cf-domain', domain, '--regions', 'eu', '--wait', '--json', ...further],
    );
    return ended.parse(JSON.parse(text));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
