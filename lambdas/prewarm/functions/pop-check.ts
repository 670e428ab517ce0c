import { embeddedMetrics } from '../../metrics/embedded-metrics';
import type { GuardedResolver } from '../engine/addresses/guarded-resolver';
import { resolvePops } from '../engine/flow/resolve-pops';
import { createPopDirectory, parseExtraPops } from '../engine/pops/pop-directory';
import { defaultPops } from '../engine/request/targets';
import { systemClock } from '../runtime/clock';
import { jsonLog } from '../runtime/json-log';
import { popCheckSettings, readSettings } from '../settings';
import { openEdges } from './edges';

const settings = readSettings(popCheckSettings, process.env);
const directory = createPopDirectory({ extraCodes: parseExtraPops(settings.WARMPATH_EXTRA_POPS) });
const log = jsonLog(process.stdout);

/** Loads the client of S3 only where there are ranges to read. */
async function openResolver(): Promise<GuardedResolver> {
  const { BUCKET, EDGES_KEY: key, RESOLVER } = settings;
  if (BUCKET === undefined || key === undefined) return openEdges({ RESOLVER }).resolver;
  const [{ S3Client }, { S3BlobStore }] = await Promise.all([
    import('@aws-sdk/client-s3'),
    import('../aws/blob-store'),
  ]);
  const blobs = new S3BlobStore(new S3Client({}), BUCKET);
  return openEdges({ RESOLVER }, { blobs, key, namesOnly: true }).resolver;
}

/**
 * Asks DNS for the names under which the PoPs of the compatible lists answer for one distribution, and writes how many have no
 * address any more, or only such as are outside the ranges that are given.
 * @throws Error where DNS answers for none of them, which says nothing about the PoPs
 */
export async function handler(): Promise<void> {
  const codes = defaultPops(directory);
  const resolver = await openResolver();
  const found = await resolvePops(settings.DISTRIBUTION_DOMAIN, codes, { resolver });
  const silent = found.flatMap((pop) => (pop.kind === 'failed' && pop.hasNoAddress ? [pop.pop] : []));
  const outside = found.flatMap((pop) => (pop.kind === 'failed' && pop.isRefused ? [pop.pop] : []));
  const unusable = silent.length + outside.length;
  const answered = found.filter(({ kind }) => kind === 'usable').length + unusable;
  log.info('pops-checked', { asked: codes.length, answered, silent, outside });
  if (answered === 0)
    throw new Error('DNS answered for no point of presence; see whether it can be asked at all');
  const metrics = {
    namespace: settings.METRICS_NAMESPACE,
    timestamp: systemClock.now(),
    dimensions: { Deployment: settings.DEPLOYMENT },
    metrics: {
      PopsWithoutAddress: { unit: 'Count', value: unusable },
      PopsWithoutAddressPercent: { unit: 'Percent', value: (100 * unusable) / answered },
    },
    properties: {},
  } as const;
  process.stdout.write(`${embeddedMetrics(metrics)}\n`);
}
