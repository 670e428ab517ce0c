import { visibleText } from '../../../lambdas/prewarm/engine/model/visible-text';
import type { Log } from '../../../lambdas/prewarm/engine/ports/log';
import { DataDirRefused } from '../../../lambdas/prewarm/one-machine/adapters/data-dir';
import { openEngine } from '../../../lambdas/prewarm/one-machine/engine/engine';
import type { EmbeddedEngine } from '../../../lambdas/prewarm/one-machine/engine/engine-api';
import { DEFAULT_ENGINE_LIMITS } from '../../../lambdas/prewarm/one-machine/engine/engine-parts';
import { BadInput } from '../bad-input';
import { OPTION_WORDING, SETTING_OPTIONS } from './option-wording';
import type { ProgressPrinter } from './progress';
import type { PreparedRun } from './run-input';
import type { RunOptions } from './run-options';
import type { RunSurroundings } from './run-surroundings';

/** What went wrong is said between the bars; what went well is in the report. */
function logTo(printer: ProgressPrinter): Log {
  function say(level: string) {
    return (event: string, fields: Readonly<Record<string, unknown>> = {}): void => {
      const details = Object.entries(fields).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
      printer.say(visibleText([`${level}:`, event, ...details].join(' ')));
    };
  }
  return { info: () => {}, warn: say('warning'), error: say('error') };
}

// The AWS SDK takes a moment to load; few runs need it.
function invalidation(): typeof import('./run-invalidator') {
  return require('./run-invalidator');
}

/**
 * Returns the engine of one run: sizes are not asked for, since every object is fetched at once anyway.
 * @throws BadInput where the data directory cannot be used, or nothing can be invalidated
 */
export async function openRunEngine(
  { spec }: PreparedRun,
  options: RunOptions,
  scratchDir: string,
  { directory, resolver, policy, ca }: RunSurroundings,
  printer: ProgressPrinter,
): Promise<EmbeddedEngine> {
  const invalidator = spec.needInvalidate
    ? await invalidation().createRunInvalidator(options.profile)
    : undefined;
  try {
    return await openEngine({
      dataDir: options.dataDir ?? scratchDir,
      log: logTo(printer),
      addressPolicy: policy,
      resolver,
      directory,
      sizing: 'none',
      wording: OPTION_WORDING,
      ...(options.edgePort === undefined ? {} : { edgePort: options.edgePort }),
      ...(ca === undefined ? {} : { ca }),
      ...(invalidator === undefined ? {} : { invalidator }),
      limits: {
        // A run has the machine to itself, and every PoP sets its own pace.
        slicesPerInstance: DEFAULT_ENGINE_LIMITS.maxSlicesInFlight,
        ...(options.concurrency === undefined ? {} : { maxFetchesInFlight: options.concurrency }),
      },
    });
  } catch (cause) {
    if (!(cause instanceof DataDirRefused)) throw cause;
    throw new BadInput(cause.explain(SETTING_OPTIONS), { cause });
  }
}
