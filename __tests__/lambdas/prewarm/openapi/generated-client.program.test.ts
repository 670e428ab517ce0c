/** The client that `openapi-typescript` makes of the document: it compiles, and takes a request from list to report. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { type LoopbackCdn, startLoopbackCdn } from '../../../../scripts/loopback-cdn';
import { type CliRun, listeningUrl, startCli, towards } from '../../../scripts/cli/prewarm/cli-process';

const ROOT = join(__dirname, '../../../..');
const GENERATOR = join(ROOT, 'node_modules/openapi-typescript/bin/cli.js');

/** A user's program. Each body, parameter and field is checked against the types that were generated. */
const PROGRAM = `
import createClient from 'openapi-fetch';
import type { components, paths } from './prewarm-api';

const [baseUrl = '', domain = ''] = process.argv.slice(2);
const client = createClient<paths>({ baseUrl, headers: { 'x-api-key': 'not asked for here' } });

async function warm(): Promise<components['schemas']['Report']> {
  const list = await client.POST('/lists');
  if (list.error) throw new Error(list.error.message);
  const { list_id, upload_url } = list.data;
  await client.PUT('/lists/{id}', {
    params: { path: { id: new URL(upload_url).pathname.split('/').at(-1) ?? '' } },
    body: \`https://\${domain}/a.js\\nhttps://\${domain}/b.js\`,
    bodySerializer: (text) => text,
    headers: { 'content-type': 'text/plain' },
  });
  const body = { list_id, cf_domain: domain, pops: ['FRA56-P4', 'NRT57-P3'], timeout: 5, header: [], instance_count: 1 };
  const estimated = await client.POST('/estimate', { body: { ...body, average_object_bytes: 1024 } });
  if (estimated.error) throw new Error(JSON.stringify(estimated.error));
  const started = await client.POST('/prewarm', { body });
  if (started.error) throw new Error(JSON.stringify(started.error));
  const id = started.data.request_id;
  for (;;) {
    const progress = await client.GET('/prewarm', { params: { query: { req_id: id } } });
    if (progress.error) throw new Error(progress.error.message);
    const report = await client.GET('/report', { params: { query: { req_id: id, format: 'json' } } });
    if (typeof report.data === 'object') return report.data;
    // Until it is written, a moment after the request has ended.
    if (report.response.status !== 404) throw new Error(JSON.stringify(report));
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

void warm().then(({ outcomes, ...report }) => {
  if (outcomes.warmed !== 4) throw new Error(JSON.stringify(outcomes));
  console.log(JSON.stringify(report));
});
`;

/** @returns what the compiler says of the program, with its types beside it */
function problemsOf(file: string): readonly string[] {
  const program = ts.createProgram([file], {
    strict: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    types: ['node'],
    typeRoots: [join(ROOT, 'node_modules/@types')],
    skipLibCheck: true,
  });
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

/** Runs Node in a process of its own and resolves with what it printed. */
function runNode(...args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, args, { cwd: ROOT, env: process.env });
  return new Promise((resolve, reject) => {
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child
      .on('error', reject)
      .on('close', (code) => (code === 0 ? resolve(stdout) : reject(new Error(stderr))));
  });
}

describe('a client generated from the document that the service serves', () => {
  let cdn: LoopbackCdn;
  let folder: string;
  let service: CliRun;
  let url: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'warmpath-client-'));
    cdn = await startLoopbackCdn();
    const options = ['--port', '0', '--data-dir', join(folder, 'state'), ...towards(cdn)];
    service = startCli(['prewarm', 'serve', ...options]);
    url = await listeningUrl(service);
    await runNode(GENERATOR, `${url}/openapi.json`, '--output', join(folder, 'prewarm-api.ts'));
    await writeFile(join(folder, 'client.ts'), PROGRAM);
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  });
  afterAll(async () => {
    service.child.kill();
    await service.result;
    await cdn.close();
    await rm(folder, { recursive: true });
  });

  it('compiles beside a program that uses it, strictly', () => {
    expect(problemsOf(join(folder, 'client.ts'))).toEqual([]);
  });

  it('uploads a list, estimates, warms it and reads the report', async () => {
    const report = JSON.parse(
      await runNode('--import', 'tsx', join(folder, 'client.ts'), url, cdn.distributionDomain),
    );
    expect(report).toMatchObject({ asked: { requested: 4, warm: 4, failed: 0, not_done: 0 }, failures: [] });
    expect(cdn.pop('NRT57-P3').storedObjects).toBe(2);
  });
});
