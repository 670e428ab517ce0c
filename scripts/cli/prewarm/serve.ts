import { visibleLines } from '../../../lambdas/prewarm/engine/model/visible-text';
import { openEngine } from '../../../lambdas/prewarm/one-machine/engine/engine';
import { RefusedSetting } from '../../../lambdas/prewarm/one-machine/refused-setting';
import { readApiKey } from '../../../lambdas/prewarm/one-machine/service/api-key';
import { startService } from '../../../lambdas/prewarm/one-machine/service/service';
import { readWebhookKey } from '../../../lambdas/prewarm/one-machine/service/webhook-secret';
import { jsonLog } from '../../../lambdas/prewarm/runtime/json-log';
import { BadInput } from '../bad-input';
import { BAD_INPUT, FAILED } from '../exit-codes';
import { startFront } from './front/front-service';
import { listenForInterrupt } from './interrupt';
import { SETTING_OPTIONS } from './option-wording';
import { readPage } from './page-files';
import { findSurroundings } from './run-surroundings';
import { accessOf } from './service/api-access';

/** The options of `warmpath prewarm serve`, as commander hands them over. */
export interface ServeOptions {
  readonly port: number;
  readonly host: string;
  readonly publicUrl?: string;
  readonly dataDir: string;
  readonly retentionDays: number;
  readonly apiKeyFile?: string;
  readonly webhookSecretFile?: string;
  /** A file; true for the one that `prewarm ip-ranges` keeps. */
  readonly ipRanges?: string | true;
  /** A file. */
  readonly popAddresses?: string;
  /** HOST:PORT. */
  readonly resolver?: string;
  readonly edgePort?: number;
  readonly ca?: string;
  /** A service that the page is served in front of: a URL, or a name of the configuration. */
  readonly endpoint?: string;
  readonly iam?: boolean;
  readonly region?: string;
  readonly profile?: string;
}

/** Starts the page in front of a service elsewhere. */
async function startPageOnly({ host, port, ...options }: ServeOptions) {
  const [access, page] = await Promise.all([accessOf(options), readPage()]);
  const listener = await startFront({ access, host, port, page, log: jsonLog(process.stderr) });
  return {
    url: `${listener.url} in front of ${access.endpoint.href}`,
    // Nothing is stored here.
    broken: new Promise<never>(() => {}),
    stop: listener.end,
  };
}

async function start(options: ServeOptions) {
  const { host, port, publicUrl, dataDir, retentionDays, apiKeyFile, webhookSecretFile, edgePort } = options;
  const log = jsonLog(process.stderr);
  const { ca, ...context } = await findSurroundings(options);
  const apiKey = apiKeyFile === undefined ? undefined : await readApiKey(apiKeyFile);
  const webhookKey = webhookSecretFile === undefined ? undefined : await readWebhookKey(webhookSecretFile);
  const page = await readPage();
  return startService({
    host,
    port,
    ...(publicUrl !== undefined && { publicUrl }),
    ...(apiKey !== undefined && { apiKey }),
    ...(page !== undefined && { page }),
    context,
    log,
    openEngine: (linkTo) =>
      openEngine({
        dataDir,
        retentionDays,
        log,
        addressPolicy: context.policy,
        resolver: context.resolver,
        directory: context.directory,
        ...(edgePort !== undefined && { edgePort }),
        ...(ca !== undefined && { ca }),
        ...(webhookKey !== undefined && { webhookKey }),
        linkTo,
      }),
  });
}

/** Returns what is wrong with the options, where nothing could begin with them. */
function refusalOf(error: unknown): string | undefined {
  if (error instanceof RefusedSetting) return error.explain(SETTING_OPTIONS);
  return error instanceof BadInput ? error.message : undefined;
}

/**
 * Serves until SIGTERM or Ctrl-C, then lets what is underway end; a second signal ends at once.
 * Returns the exit code: 0 after a signal, 1 when the data directory takes no more writes, so that whoever supervises
 * the process starts it again, 2 where it could not begin with these options.
 */
export async function servePrewarm(options: ServeOptions): Promise<number> {
  // The database makes its files itself; they are for this user only.
  process.umask(0o077);
  const interrupt = listenForInterrupt(() => {});
  try {
    const service = await (options.endpoint === undefined ? start(options) : startPageOnly(options));
    process.stdout.write(`listening on ${service.url}\n`);
    const broken = await Promise.race([interrupt.signalled.then(() => undefined), service.broken]);
    await service.stop();
    if (broken === undefined) return 0;
    process.stderr.write(`warmpath: ${visibleLines(broken.message)}\n`);
    return FAILED;
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === undefined) throw error;
    process.stderr.write(`warmpath: ${visibleLines(refusal)}\n`);
    return BAD_INPUT;
  } finally {
    interrupt.release();
  }
}
