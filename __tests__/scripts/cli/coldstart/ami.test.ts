/** `coldstart ami` against SSM over a socket: what is locked, what is recommended, and that a failure writes nothing. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SSMClient } from '@aws-sdk/client-ssm';
import { lockAmis } from '../../../../scripts/cli/coldstart/ami';
import { closing } from '../../../support/closing';

const folder = mkdtempSync(join(tmpdir(), 'warmpath-ami-'));
const file = join(folder, 'ami.lock.json');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ARM64 = '/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended';
const X86 = '/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended';

function ami(digit: string) {
  return { id: `ami-${digit.repeat(17)}`, name: `al2023-${digit}` };
}

function recommended(digit: string): string {
  const { id, name } = ami(digit);
  return JSON.stringify({ schema_version: 1, image_id: id, image_name: name, os: 'Amazon Linux 2023' });
}

/** SSM with public parameters by `REGION NAME`. */
async function startSsm(values: Readonly<Record<string, string>>) {
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const [, region] = /Credential=[^/]+\/\d+\/([^/]+)\//.exec(request.headers.authorization ?? '') ?? [];
    const { Name } = JSON.parse(text);
    const Value = values[`${region} ${Name}`];
    response
      .writeHead(Value === undefined ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' })
      .end(
        JSON.stringify(
          Value === undefined ? { __type: 'ParameterNotFound' } : { Parameter: { Name, Value } },
        ),
      );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  return {
    clientFor: (region: string) => new SSMClient({ region, endpoint, credentials, maxAttempts: 1 }),
    close: () => new Promise<void>((resolve) => void server.close(() => resolve()).closeAllConnections()),
  };
}

interface Run {
  readonly locked?: object | string;
  readonly values: Readonly<Record<string, string>>;
  readonly mode?: 'show' | 'check' | 'update';
  readonly added?: { readonly region: string; readonly architecture: 'arm64' | 'x86_64' };
}

async function run({ locked, values, mode = 'show', added }: Run) {
  rmSync(file, { force: true });
  if (locked !== undefined) writeFileSync(file, typeof locked === 'string' ? locked : JSON.stringify(locked));
  await using ssm = closing(await startSsm(values));
  let printed = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    printed += String(chunk);
    return true;
  });
  jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  const outcome = await lockAmis(ssm.clientFor, { file, added, mode }).then(
    (code) => ({ code, error: undefined }),
    (error: Error) => ({ code: undefined, error: error.message }),
  );
  jest.restoreAllMocks();
  const written = readdirSync(folder).includes('ami.lock.json') ? readFileSync(file, 'utf8') : undefined;
  return { ...outcome, printed, written, files: readdirSync(folder) };
}

const values = {
  [`eu-central-1 ${ARM64}`]: recommended('2'),
  [`eu-central-1 ${X86}`]: recommended('3'),
  [`us-east-1 ${X86}`]: recommended('4'),
};
const older = { 'us-east-1': { x86_64: ami('4') }, 'eu-central-1': { arm64: ami('1') } };

it('tells what differs and writes nothing', async () => {
  const { code, printed, written } = await run({ locked: older, values });
  expect(printed.split('\n')).toEqual([
    `us-east-1  x86_64  ${ami('4').id} (al2023-4), as recommended`,
    `eu-central-1  arm64  ${ami('1').id} (al2023-1) → ${ami('2').id} (al2023-2)`,
    '',
  ]);
  expect([code, JSON.parse(written!)]).toEqual([0, older]);
});

it('fails with --check where another AMI is recommended, and only then', async () => {
  expect((await run({ locked: older, values, mode: 'check' })).code).toBe(1);
  const newest = { 'eu-central-1': { arm64: ami('2') } };
  expect((await run({ locked: newest, values, mode: 'check' })).code).toBe(0);
});

it('locks what is recommended, in one order, and leaves no other file', async () => {
  const { code, written, files } = await run({ locked: older, values, mode: 'update' });
  expect(code).toBe(0);
  expect(written).toBe(
    `${JSON.stringify({ 'eu-central-1': { arm64: ami('2') }, 'us-east-1': { x86_64: ami('4') } }, undefined, 2)}\n`,
  );
  expect(files).toEqual(['ami.lock.json']);
});

it('begins a lock with the Region and architecture that are named, and adds one to a lock', async () => {
  const first = await run({
    values,
    mode: 'update',
    added: { region: 'eu-central-1', architecture: 'arm64' },
  });
  expect(JSON.parse(first.written!)).toEqual({ 'eu-central-1': { arm64: ami('2') } });
  const second = await run({
    locked: first.written!,
    values,
    mode: 'update',
    added: { region: 'eu-central-1', architecture: 'x86_64' },
  });
  expect(JSON.parse(second.written!)).toEqual({ 'eu-central-1': { arm64: ami('2'), x86_64: ami('3') } });
});

it.each([
  ['a parameter that one Region does not have', { ...values, [`us-east-1 ${X86}`]: undefined }],
  ['a parameter of another form', { ...values, [`us-east-1 ${X86}`]: 'ami-0123' }],
  ['an id of another form', { ...values, [`us-east-1 ${X86}`]: '{"image_id":"x","image_name":"y"}' }],
])('writes nothing after %s', async (_, broken) => {
  const locked = { 'eu-central-1': { arm64: ami('1') }, 'us-east-1': { x86_64: ami('1') } };
  const defined = Object.fromEntries(Object.entries(broken).filter(([, value]) => value !== undefined));
  const { code, written } = await run({
    locked,
    values: defined as Record<string, string>,
    mode: 'update',
  });
  expect([code, JSON.parse(written!)]).toEqual([undefined, locked]);
});

it.each([
  ['no lock and nothing named', undefined, /got no AMI; allowed one or more/],
  ['a lock that is no JSON', '{', /no JSON; restore it/],
  ['an entry that is no AMI', { 'eu-central-1': { arm64: { id: 'x', name: 'y' } } }, /the id of an AMI/],
  ['an architecture that is none', { 'eu-central-1': { riscv: ami('1') } }, /riscv/],
])('refuses %s, and asks nothing', async (_, locked, message) => {
  const { error } = await run({ ...(locked !== undefined && { locked }), values: {}, mode: 'update' });
  expect(error).toMatch(message);
});
