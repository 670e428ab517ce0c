/** Runs one request on a data directory until it ends or the process is killed; started by the crash test. */
import { readFileSync } from 'node:fs';
import { engineFor, listed } from './engine-fixture';

const [dataDir = '', jobFile = ''] = process.argv.slice(2);

async function main(): Promise<void> {
  const { cdn, spec, urls } = JSON.parse(readFileSync(jobFile, 'utf8'));
  const engine = await engineFor(cdn, dataDir, { limits: { maxUrlsPerSlice: 4 } });
  process.stdout.write('open\n');
  const { id } = await engine.submit(spec, listed(urls));
  const record = await engine.waitForEnd(id);
  process.stdout.write(`ended ${id} ${record.status}\n`);
  await engine.close();
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  process.exitCode = 1;
});
