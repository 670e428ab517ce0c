import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { visibleLines } from '../../../../lambdas/prewarm/engine/model/visible-text';
import { RefusedSetting } from '../../../../lambdas/prewarm/one-machine/refused-setting';
import { readApiKey } from '../../../../lambdas/prewarm/one-machine/service/api-key';
import { callAws } from '../../aws';
import { BadInput } from '../../bad-input';
import { BAD_INPUT } from '../../exit-codes';
import { SETTING_OPTIONS } from '../option-wording';
import type { ApiAccess, ApiResponse } from './api-client';
import type { Signing } from './signed-request';

/** Where a service is, and how it is asked. */
export interface AccessOptions {
  readonly endpoint?: string;
  readonly apiKeyFile?: string;
  readonly iam?: boolean;
  readonly region?: string;
  readonly profile?: string;
}

function endpointOf({ endpoint }: AccessOptions): URL {
  const written = endpoint ?? process.env['WARMPATH_ENDPOINT'];
  if (written === undefined || !/^https?:\/\//i.test(written) || !URL.canParse(written))
    throw new BadInput(
      `--endpoint: got ${written ?? 'nothing'}; allowed: the output prewarm_endpoint, or the URL of a service; set it here or in WARMPATH_ENDPOINT`,
    );
  return new URL(written.endsWith('/') ? written : `${written}/`);
}

/** API Gateway says its Region in its own names; behind a name of the user's own, the configuration says it. */
async function signingFor(endpoint: URL, { region, profile }: AccessOptions): Promise<Signing> {
  const ofGateway = /\.execute-api\.([a-z0-9-]+)\./.exec(endpoint.hostname)?.[1];
  const flags = { region: region ?? ofGateway, profile };
  return callAws(flags, async (settings) => {
    // Any client finds credentials and Region as all of them do.
    const { config } = new DynamoDBClient(settings);
    await config.credentials();
    return { region: await config.region(), credentials: config.credentials };
  });
}

/**
 * Returns how the service is reached: the key comes from a file or from WARMPATH_API_KEY, never from an argument.
 * @throws BadInput
 */
export async function accessOf(options: AccessOptions): Promise<ApiAccess> {
  const endpoint = endpointOf(options);
  const { apiKeyFile, iam } = options;
  return {
    endpoint,
    apiKey:
      apiKeyFile === undefined ? process.env['WARMPATH_API_KEY'] || undefined : await readApiKey(apiKeyFile),
    signing: iam ? await signingFor(endpoint, options) : undefined,
  };
}

/** Returns what a service refused, as bad input. */
export function refusal({ status, body }: ApiResponse): BadInput {
  const { message, error_message: urlMessage, error_reasons: reasons, error_urls: urls } = body;
  const lines = [reasons, urls].find((list) => Array.isArray(list) && list.length > 0);
  const shown = Array.isArray(lines) ? lines.slice(0, 10).map((line) => `\n  ${String(line)}`) : [];
  return new BadInput(`the API answered ${status}: ${String(urlMessage ?? message)}${shown.join('')}`);
}

/** Runs a command, and says of a setting that is refused by which option it is given. Returns the exit code. */
export async function explainingSettings(command: () => Promise<number>): Promise<number> {
  try {
    return await command();
  } catch (error) {
    if (!(error instanceof RefusedSetting)) throw error;
    process.stderr.write(`warmpath: ${visibleLines(error.explain(SETTING_OPTIONS))}\n`);
    return BAD_INPUT;
  }
}
