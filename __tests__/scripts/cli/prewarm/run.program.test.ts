import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dryRunDocument, runDocument } from '../../../../scripts/cli/prewarm/json-documents';
import { type LoopbackCdn, startLoopbackCdn } from '../../../../scripts/loopback-cdn';
import { runCli, runCliHere, startCli, towards } from './cli-process';

const POPS = ['FRA56-P4', 'NRT57-P3'] as const;

let cdn: LoopbackCdn;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'warmpath-cli-test-'));
  cdn = await startLoopbackCdn({ pops: POPS, aliases: ['www.example.com'] });
});
afterAll(async () => {
  await cdn.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
  cdn.clearFaults();
  for (const pop of cdn.pops) pop.clear();
});

function url(path: string): string {
  return `https://${cdn.distributionDomain}${path}`;
}

function paths(count: number): string[] {
  return Array.from({ length: count }, (_, index) => url(`/o/${index}`));
}

async function write(name: string, content: string | object): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

function body(urls: readonly string[]) {
  return {
    url_list: urls,
    cf_domain: cdn.distributionDomain,
    target_type: 'pop',
    pops: POPS,
    timeout: 5,
    header: [],
    instance_count: 1,
  };
}

describe('a point of presence that has IPv6 addresses only', () => {
  it('is warmed over IPv6', async () => {
    const name = 'd111111abcdef8.fra56-p4.cloudfront.net';
    await using cdn6 = await startLoopbackCdn({ pops: ['FRA56-P4'], records: { [name]: ['::1'] } });
    const edge = cdn6.pop('FRA56-P4').addresses[0]!;
    const door = createServer((socket) => {
      const inside = connect(cdn6.edgePort, edge);
      for (const end of [socket, inside]) end.on('error', () => {});
      socket.pipe(inside).pipe(socket);
    });
    door.listen({ host: '::1', port: cdn6.edgePort, ipv6Only: true });
    await once(door, 'listening');
    try {
      const list = await write('six.txt', `https://${cdn6.distributionDomain}/six\n`);
      const args = ['prewarm', 'run', list, '--pops', 'FRA56-P4', ...towards(cdn6), '--json'];
      const { code, stdout } = await runCli(args);
      expect({ code, ...runDocument.parse(JSON.parse(stdout)) }).toMatchObject({ code: 0, warmed: 1 });
      expect(cdn6.seen.map(({ path }) => path)).toContain('/six');
    } finally {
      door.close();
    }
  });
});

describe('warmpath prewarm run with a request body', () => {
  it('warms every URL through every PoP, and finds all of it warm the second time', async () => {
    const list = await write('all.json', body(paths(20)));
    const first = await runCli(['prewarm', 'run', list, ...towards(cdn), '--json']);
    expect(first).toMatchObject({ code: 0 });
    expect(first.stdout.trimEnd().split('\n')).toHaveLength(1);
    const result = runDocument.parse(JSON.parse(first.stdout));
    expect(result).toMatchObject({ requested: 40, warmed: 40, already_warm: 0, failed: 0, failures: [] });
    expect(result.bytes).toBe(40 * 1024);
    expect(result.seconds).toBeGreaterThan(0);
    expect(Object.keys(result.pops)).toEqual(POPS);
    for (const pop of POPS) expect(result.pops[pop]).toMatchObject({ requested: 20, warmed: 20, failed: 0 });

    const second = await runCli(['prewarm', 'run', list, ...towards(cdn), '--json']);
    expect(second.code).toBe(0);
    expect(JSON.parse(second.stdout)).toMatchObject({ warmed: 0, already_warm: 40, failed: 0 });
  });

  it('ends with 1 and says per outcome what failed and what to do', async () => {
    cdn.inject({ path: '/o/1', fault: { kind: 'status', status: 404 } });
    const list = await write('some.json', body(paths(3)));
    const json = await runCli(['prewarm', 'run', list, ...towards(cdn), '--json']);
    expect(json.code).toBe(1);
    const result = runDocument.parse(JSON.parse(json.stdout));
    expect(result).toMatchObject({ requested: 6, warmed: 4, failed: 2 });
    expect(result.failures).toHaveLength(2);
    expect(result.failures[0]).toMatchObject({ url: url('/o/1'), outcome: 'http-error', http_status: 404 });

    const text = await runCli(['prewarm', 'run', list, ...towards(cdn)]);
    expect(text.code).toBe(1);
    expect(text.stdout).toMatch(
      /^PoP +requested +warmed +already warm +failed +bytes +p50 +p95 +hit ratio$/m,
    );
    expect(text.stdout).toMatch(/^NRT57-P3 +3 +0 +2 +1 /m);
    expect(text.stdout).toMatch(/^HTTP 404 \(http-error, 2\): .*--header/m);
    expect(text.stdout).toMatch(/^4 of 6 warm, 2 failed in/m);
  });

  it('reports a PoP without an address as failed and warms the others', async () => {
    const list = await write('pop.json', { ...body(paths(2)), pops: ['FRA56-P4', 'LHR61-P3'] });
    const { code, stdout } = await runCli(['prewarm', 'run', list, ...towards(cdn), '--json']);
    expect(code).toBe(1);
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({ requested: 4, warmed: 2, failed: 2 });
    expect(result.failures).toMatchObject([{ pop: 'LHR61-P3', url: null, outcome: 'unknown-pop' }]);
  });
});

describe('a dry run', () => {
  it('says what would be fetched and what it would cost, and asks no edge', async () => {
    const asked = cdn.seen.length;
    const list = await write('dry.json', body([...paths(20), ...paths(20)]));
    const args = ['prewarm', 'run', list, ...towards(cdn), '--dry-run', '--object-size', '1MB'];
    const { code, stdout } = await runCli([...args, '--json']);
    expect(code).toBe(0);
    expect(dryRunDocument.parse(JSON.parse(stdout))).toMatchObject({
      schema: 'warmpath/dry-run/1',
      urls: 20,
      pops: 2,
      fetches: 40,
      requests: 42,
      bytes: 40_000_000,
      failed_pops: [],
    });
    const text = await runCli(args);
    expect(text.stdout).toMatch(/^20 URLs through 2 points of presence: 40 fetches, and 2 further requests/);
    expect(text.stdout).toMatch(/^40\.0 MB to download\n\$0\.0\d at AWS/m);
    expect(cdn.seen.length).toBe(asked);
    const wrong = await runCliHere([...args.slice(0, -1), 'big']);
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringMatching(/--object-size: got "big"/) });
  });
});

it('says nothing with --quiet where all is well, and what failed where it is not', async () => {
  const fine = await runCli([
    'prewarm',
    'run',
    await write('q.json', body([url('/quiet/1')])),
    ...towards(cdn),
    '--quiet',
  ]);
  expect(fine).toEqual({ code: 0, stdout: '', stderr: '' });
  const list = await write('r.json', { ...body([url('/quiet/2')]), pops: ['LHR61-P3'] });
  const failed = await runCli(['prewarm', 'run', list, ...towards(cdn), '--quiet']);
  expect(failed).toMatchObject({ code: 1, stderr: '', stdout: expect.stringMatching(/LHR61-P3/) });
});

it('leaves out PoPs of a country that have no address, with a notice, and takes new sites that DNS knows', async () => {
  const list = await write('land.txt', `${url('/land')}\n`);
  const where = ['--cf-domain', cdn.distributionDomain, '--countries', '日本'];
  const { code, stdout } = await runCli(['prewarm', 'run', list, ...where, ...towards(cdn), '--json']);
  expect(code).toBe(0);
  const result = JSON.parse(stdout);
  expect(result).toMatchObject({ requested: 1, warmed: 1, failed: 0, failures: [] });
  expect(Object.keys(result.pops)).toEqual(['NRT57-P3']);
  expect(result.pops['NRT57-P3']).toMatchObject({
    code: 'NRT57-P3',
    city: 'Tokyo',
    country: 'JP',
    country_name: 'Japan',
  });
  expect(result.left_out_pops.length).toBeGreaterThan(10);
});

it('warns of a point of presence whose airport is not known, and takes it where DNS has it', async () => {
  const other = await startLoopbackCdn({ pops: ['QQQ1-P1'] });
  try {
    const list = await write('new-site.txt', `https://${other.distributionDomain}/a`);
    const what = ['--cf-domain', other.distributionDomain, '--pops', 'QQQ1-P1', '--dry-run'];
    const { code, stderr } = await runCliHere(['prewarm', 'run', list, ...what, ...towards(other)]);
    expect(code).toBe(0);
    expect(stderr).toContain('warning: QQQ1-P1: its airport is not known; DNS has an address for it');
  } finally {
    await other.close();
  }
});

it('a sitemap that cannot be read leaves the rest to be warmed, and ends with 1', async () => {
  const list = await write('pages.json', { ...body(paths(2)), pops: [POPS[0]] });
  const { code, stdout } = await runCli([
    ...['prewarm', 'run', list, ...towards(cdn), '--json', '--sitemap', url('/no-sitemap.bin')],
  ]);
  expect({ code, ...JSON.parse(stdout) }).toMatchObject({
    code: 1,
    warmed: 2,
    stopped: expect.stringMatching(
      /^sitemap https:.*\/no-sitemap\.bin: it is none of these: a sitemap or a feed/,
    ),
  });
});

describe('warmpath prewarm run with a text list', () => {
  it('reads one URL per line and leaves out comments, empty lines and repeats', async () => {
    const list = await write(
      'urls.txt',
      `\ufeff# assets\r\n${url('/a')}\r\n\r\n  ${url('/b')}\n${url('/a')}\n`,
    );
    const what = ['--cf-domain', cdn.distributionDomain, '--pops', POPS.join(',')];
    const { code, stdout } = await runCli(['prewarm', 'run', list, ...what, ...towards(cdn), '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ requested: 4, warmed: 4 });
  });

  it('takes a CNAME for the distribution and the list from standard input', async () => {
    const what = ['--cf-domain', 'www.example.com', '--pops', POPS[0]];
    const { code, stdout } = await runCli(
      ['prewarm', 'run', '-', ...what, ...towards(cdn), '--json'],
      'https://www.example.com/cname\n',
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ requested: 1, warmed: 1 });
    expect(cdn.seen.at(-1)).toMatchObject({ host: 'www.example.com', path: '/cname' });
  });

  it('shows progress in plain lines where standard error is no terminal, and writes report files', async () => {
    const list = await write('lines.txt', paths(5).join('\n'));
    const what = ['--cf-domain', cdn.distributionDomain, '--pops', POPS[0]];
    const reports = ['report.html', 'report.csv', 'report.json'].map((name) => join(folder, name));
    const state = join(folder, 'reported');
    const { code, stdout, stderr } = await runCli([
      ...['prewarm', 'run', list, ...what, ...towards(cdn), '--data-dir', state],
      ...reports.flatMap((file) => ['--report', file]),
    ]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^warming: \d+ of 5 /m);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: no terminal codes may come
    expect(stdout + stderr).not.toMatch(/[\u001b\r]/);
    for (const file of reports) expect(existsSync(file)).toBe(true);
    expect(readFileSync(reports[0] ?? '', 'utf8')).toMatch(/^<!doctype html>/i);
    // Reports are the user's own files; what the run keeps is for its owner only, the database's files included.
    for (const file of reports) expect(statSync(file).mode & 0o777).toBe(0o666 & ~process.umask());
    const kept = readdirSync(state, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    const modes = kept.map(
      (entry) => statSync(join(entry.parentPath ?? entry.path, entry.name)).mode & 0o777,
    );
    expect([...new Set(modes)]).toEqual([0o600]);
  });
});

describe('bad input to warmpath prewarm run', () => {
  const good = ['--pops', POPS[0]];
  const cases: [string, () => Promise<string[]> | string[], RegExp][] = [
    [
      'a list that is not there',
      () => ['absent.txt', ...good],
      /LIST: cannot read absent\.txt: there is no such file/,
    ],
    ['a list that is a folder', () => [folder, ...good], /LIST: cannot read .*folder/],
    [
      'broken JSON',
      async () => [await write('broken.json', '{"url_list": [')],
      /LIST: .*looks like JSON and is not \(it is no JSON from line \d+, column \d+ on\)/,
    ],
    [
      'a JSON array of something else',
      async () => [await write('array.json', [{ url: url('/a') }]), '--cf-domain', cdn.distributionDomain],
      /LIST: .*JSON whose item 1 is not a string; allowed: an array of URLs/,
    ],
    [
      'an empty list',
      async () => [
        await write('empty.txt', '# nothing\n'),
        ...['--cf-domain', cdn.distributionDomain, ...good],
      ],
      /LIST: got no URL; allowed/,
    ],
    ['no list at all', () => good, /LIST: got nothing; allowed: a list of URLs, or a sitemap or playlist/],
    [
      'a text list of a host that no distribution serves, without a distribution',
      async () => [await write('a.txt', 'https://elsewhere.example.org/a'), ...good],
      /--cf-domain: got nothing, and the first URL has "elsewhere\.example\.org"; allowed/,
    ],
    [
      'a line that is no URL and a host of another site',
      async () => [
        await write('b.txt', `ftp://x/y\nhttps://other.example.org/\n${url('/a')}`),
        ...['--cf-domain', cdn.distributionDomain, ...good],
      ],
      /LIST: 2 of the URLs cannot be warmed; allowed: http and https[\s\S]*ftp:\/\/x\/y: .*[\s\S]*other\.example\.org/,
    ],
    [
      'an unknown PoP',
      async () => [await write('c.json', body(paths(1))), '--pops', 'FRA56P99'],
      /--pops\[0\]: got "FRA56P99"; allowed: .*did you mean "FRA/,
    ],
    [
      'an unknown country and a wrong time-out in one message',
      async () => [await write('d.json', { ...body(paths(1)), timeout: 'soon' }), '--countries', 'japn'],
      /timeout: got "soon"; allowed: minutes[\s\S]*--countries\[0\]: got "japn"; allowed: .*did you mean "japan"/,
    ],
    [
      'a misspelt field',
      async () => [await write('e.json', { ...body(paths(1)), encoding: ['br'] })],
      /encoding: got an unknown field; allowed: .*did you mean "encodings"/,
    ],
    [
      'two kinds of targets',
      async () => [await write('f.json', body(paths(1))), '--pops', POPS[0], '--regions', 'eu'],
      /--pops and --regions: got both; allowed: one of/,
    ],
    [
      'two kinds of targets and a wrong time-out, and not the distribution that was given',
      async () => [
        ...[await write('k.txt', url('/a')), '--cf-domain', cdn.distributionDomain, '--timeout', 'soon'],
        ...['--pops', 'FRAX9', '--near', '1,2'],
      ],
      /^warmpath: --pops and --near: got both; (?![\s\S]*--cf-domain)[\s\S]*--timeout: got "soon"[\s\S]*--pops\[0\]: got/,
    ],
    [
      'a header without a name',
      async () => [await write('g.json', body(paths(1))), '--header', 'nonsense'],
      /--header\[0\]: got .*; allowed: lines such as "Name: value"/,
    ],
    [
      'a CA file without a certificate',
      async () => [await write('h.json', body(paths(1))), '--ca', await write('ca.pem', 'x')],
      /--ca: got .*without a certificate; allowed/,
    ],
    [
      'a concurrency of nothing',
      () => ['x', '--concurrency', '0'],
      /--concurrency: got "0"; allowed: a whole number from 1 to 10000/,
    ],
    [
      'a resolver without a port',
      () => ['x', '--resolver', 'localhost'],
      /--resolver: got "localhost"; allowed: HOST:PORT/,
    ],
    [
      'an unknown verify mode',
      () => ['x', '--verify', 'maybe'],
      /--verify: got "maybe"; allowed: none, sample, all/,
    ],
    [
      'a report of no known kind',
      () => ['x', '--report', 'report.pdf'],
      /--report: got report\.pdf; allowed: .*\.html, \.csv or \.json/,
    ],
    [
      'a report in a folder that is not there',
      async () => [await write('i.json', body(paths(1))), '--report', join(folder, 'absent', 'report.csv')],
      /--report: got .*report\.csv; allowed: a file in a folder that is there/,
    ],
    [
      'everything at once: options, files, the list, fields of the request',
      () => [
        ...['absent.txt', '--cf-domain', cdn.distributionDomain, '--pops', 'FRAX9', '--timeout', 'soon'],
        ...['--concurrency', '0', '--report', folder, '--header', '@file'],
      ],
      /--concurrency: [\s\S]*--report: [\s\S]*LIST: [\s\S]*--timeout: [\s\S]*--header\[0\]: [\s\S]*--pops\[0\]: /,
    ],
    [
      'a bad URL, with a data directory that is then not made',
      async () => [
        ...[await write('j.json', body(['/ok', '/x'])), '--cf-domain', 'd999999abcdef8.cloudfront.net'],
        ...['--data-dir', join(folder, 'never-made')],
      ],
      /LIST: 2 of the URLs cannot be warmed/,
    ],
    [
      'every kind of target',
      () => ['x', '--pops', 'a', '--countries', 'b', '--regions', 'c', '--near', '1,2'],
      /--pops and --countries and --regions and --near: got all 4; allowed: one of/,
    ],
    ['an option that is not there', () => ['x', '--popz', 'a'], /unknown option '--popz'[\s\S]*--pops/],
  ];

  it('ends with 2 and one message that names the field and what is allowed; no edge is asked', async () => {
    const before = cdn.seen.length;
    for (const [name, args, message] of cases) {
      const own = await args();
      const resolver = own.includes('--resolver') ? [] : ['--resolver', cdn.resolver];
      const { code, stdout, stderr } = await runCliHere(['prewarm', 'run', ...own, ...resolver]);
      expect({ name, code, stdout, stderr }).toEqual({
        name,
        code: 2,
        stdout: '',
        stderr: expect.stringMatching(message),
      });
    }
    expect(cdn.seen).toHaveLength(before);
    expect(existsSync(join(folder, 'never-made'))).toBe(false);
  });
});

describe('Ctrl-C', () => {
  it('ends with 130 and what was done; the same command then finishes the rest', async () => {
    const urls = paths(400);
    const list = await write('long.json', { ...body(urls), pops: [POPS[0]] });
    const dataDir = join(folder, 'data');
    const args = [
      'prewarm',
      'run',
      list,
      ...towards(cdn),
      '--data-dir',
      dataDir,
      '--concurrency',
      '4',
      '--json',
    ];
    cdn.inject({ fault: { kind: 'slow', delayMs: 50 } });
    const run = startCli(args);
    await run.shows(/^warming: [1-9]/m);
    run.child.kill('SIGINT');
    const { code, stdout, stderr } = await run.result;
    expect({ code, stderr }).toEqual({ code: 130, stderr: expect.stringMatching(/interrupted/) });
    const interrupted = JSON.parse(stdout);
    expect(interrupted.requested).toBe(400);
    expect(interrupted.not_done).toBeGreaterThan(0);
    expect(interrupted.stopped).toMatch(/The same command goes on here/);

    cdn.clearFaults();
    const rest = await runCli(args);
    expect(rest).toMatchObject({ code: 0, stderr: expect.stringMatching(/going on with the run of/) });
    const finished = JSON.parse(rest.stdout);
    expect(finished).toMatchObject({ requested: 400, failed: 0 });
    expect(finished.warmed + finished.already_warm).toBe(400);
    expect(cdn.pop(POPS[0]).storedObjects).toBe(400);
  });
});

it('shows the report of a run that ended before it could: the same command fetches nothing, the one after it begins anew', async () => {
  const list = await write('unseen.json', { ...body(paths(20)), pops: [POPS[0]] });
  const args = ['prewarm', 'run', list, ...towards(cdn), '--data-dir', join(folder, 'unseen'), '--json'];
  const run = startCli(args);
  // What the report is written to is gone before it is there, as with a process that is killed then.
  run.child.stdout?.destroy();
  await run.result;
  const asked = cdn.seen.length;
  const second = await runCli(args);
  expect(second).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/ended before its report was shown/),
  });
  expect(JSON.parse(second.stdout)).toMatchObject({ requested: 20, warmed: 20, failed: 0 });
  expect(cdn.seen).toHaveLength(asked);
  const third = JSON.parse((await runCli(args)).stdout);
  expect(third).toMatchObject({ requested: 20, warmed: 0, already_warm: 20 });
});

it('a data directory in use is refused with 2; a second Ctrl-C ends a stalled run at once', async () => {
  const list = await write('held.json', body(paths(1)));
  const args = ['prewarm', 'run', list, ...towards(cdn), '--data-dir', join(folder, 'held')];
  cdn.inject({ fault: { kind: 'stall', at: 'header' } });
  const holder = startCli(args);
  await holder.shows(/^warming/m);
  expect(await runCli(args)).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(/--data-dir: got .*, which another process is using; allowed/),
  });
  holder.child.kill('SIGINT');
  await holder.shows(/^interrupted/m);
  holder.child.kill('SIGINT');
  expect(await holder.result).toMatchObject({ code: 130, stdout: '' });
});
