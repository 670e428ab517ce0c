/** `npm run demo`: what Warmpath does, on this machine, with no AWS account, in under 30 seconds. */
import { join } from 'node:path';
import { paintFor } from '../cli/terminal/paint';
import { renderTable } from '../cli/terminal/table';
import { formatMs } from '../cli/terminal/units';
import { startLoopbackCdn } from '../loopback-cdn';
import { planSome } from './plan';
import { type PrewarmRun, prewarm } from './prewarm';
import { describeServices, type StackContent, synthesize } from './stacks';
import { percentile, type View, viewAll } from './viewers';

const root = join(__dirname, '..', '..');
const ORIGIN_DELAY_MS = 200;
const OBJECT_BYTES = 50_000;
/** Fits 110 columns with the names and the counts. */
const SERVICES_WIDTH = 75;
const PATHS = Array.from({ length: 24 }, (_, index) => `/assets/chunk-${index}.js`);

const paint = paintFor(process.stdout);

function say(...lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}

function heading(text: string, note: string): void {
  say('', `${paint.bold(text)}  ${paint.dim(note)}`);
}

function secondsSince(startMs: number): number {
  return (performance.now() - startMs) / 1000;
}

function seconds(startMs: number): string {
  return `${secondsSince(startMs).toFixed(1)} s`;
}

function stackTable(stacks: readonly StackContent[]): string[] {
  return renderTable(
    [{ title: 'stack' }, { title: 'resources', align: 'right' }, { title: 'what it holds' }],
    stacks.map(({ name, resourceCount, services }) => [
      name,
      String(resourceCount),
      describeServices(services, SERVICES_WIDTH),
    ]),
    { header: paint.dim },
  );
}

function viewerTable(pops: readonly string[], cold: readonly View[], warm: readonly View[]): string[] {
  function row(name: string, before: readonly View[], after: readonly View[]) {
    const ratio = percentile(before, 0.5) / percentile(after, 0.5);
    const hits = after.filter(({ isHit }) => isHit).length;
    return [
      name,
      formatMs(percentile(before, 0.5)),
      formatMs(percentile(before, 0.95)),
      formatMs(percentile(after, 0.5)),
      formatMs(percentile(after, 0.95)),
      { text: `${ratio.toFixed(1)} x`, paint: paint.green },
      { text: `${hits} of ${after.length}`, paint: hits === after.length ? paint.green : paint.red },
    ];
  }
  function of(views: readonly View[], pop: string): View[] {
    return views.filter((view) => view.pop === pop);
  }
  return renderTable(
    [
      { title: 'viewers at' },
      { title: 'cold p50', align: 'right' },
      { title: 'p95', align: 'right' },
      { title: 'warm p50', align: 'right' },
      { title: 'p95', align: 'right' },
      { title: 'cold / warm', align: 'right' },
      { title: 'Hits when warm', align: 'right' },
    ],
    [...pops.map((pop) => row(pop, of(cold, pop), of(warm, pop))), row('all', cold, warm)],
    { header: paint.dim },
  );
}

function describeRun({ command, result }: PrewarmRun): string {
  const warm = result.warmed + result.already_warm;
  return `${paint.cyan('$')} ${command}\n  ${warm} of ${result.requested} warm in ${result.seconds.toFixed(1)} s`;
}

/** Returns whether every view after the prewarm was a Hit. */
async function demonstratePrewarm(): Promise<boolean> {
  const cdn = await startLoopbackCdn({ originDelayMs: ORIGIN_DELAY_MS, objectBytes: OBJECT_BYTES });
  try {
    const cold = await viewAll(cdn, PATHS);
    // The viewers have warmed the edges themselves: back to cold.
    for (const pop of cdn.pops) pop.clear();
    const run = await prewarm(root, cdn, PATHS);
    const warm = await viewAll(cdn, PATHS);
    const pops = cdn.pops.map(({ code }) => code);
    say(...viewerTable(pops, cold, warm), '', describeRun(run));
    return warm.every(({ isHit }) => isHit);
  } finally {
    await cdn.close();
  }
}

async function main(): Promise<void> {
  const startedMs = performance.now();
  const stacks = await synthesize(root);
  heading('1  Every stack, synthesized', `in ${seconds(startedMs)}, into cdktf.out`);
  say(...stackTable(stacks));

  heading(
    '2  Viewers before and after a prewarm',
    `${PATHS.length} objects, 2 TLS edges on loopback, an origin that takes ${ORIGIN_DELAY_MS} ms`,
  );
  const allHits = await demonstratePrewarm();
  if (!allHits) {
    say('', paint.red('Some objects were no Hit after the prewarm.'));
    process.exitCode = 1;
  }
  heading('3  Plan with Terraform and the real AWS provider', 'fake credentials, no network, empty state');
  say(...(await planSome(join(root, 'cdktf.out'), secondsSince(startedMs))));
  say('', paint.dim(`done in ${seconds(startedMs)}`));
}

main().catch((error: unknown) => {
  process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
