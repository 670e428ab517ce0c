import { visibleLines } from '../../../../lambdas/prewarm/engine/model/visible-text';
import { RefusedSetting } from '../../../../lambdas/prewarm/one-machine/refused-setting';
import { readApiKey } from '../../../../lambdas/prewarm/one-machine/service/api-key';
import { callAws } from '../../aws';
import { BadInput } from '../../bad-input';
import { BAD_INPUT } from '../../exit-codes';
import { SETTING_OPTIONS } from '../option-wording';
import type { ApiAccess, ApiResponse } from './api-client';
import { type NamedEndpoint, namedEndpoint } from './endpoint-config';
import type { Signing } from './signed-request';

/** Where a service is, and how it is asked. */
export interface AccessOptions {
  /** A URL, or a name of the configuration. */
  readonly endpoint?: string;
  readonly apiKeyFile?: string;
  readonly iam?: boolean;
  readonly region?: string;
  readonly profile?: string;
}

/** Where a service is, with what belongs to its name. */
interface Where extends NamedEndpoint {
  /** Ends with a slash. */
  readonly endpoint: URL;
}

function whereOf({ endpoint }: AccessOptions): Where {
  const option = endpoint === undefined ? 'WARMPATH_ENDPOINT' : '--endpoint';
  const written = endpoint ?? process.env['WARMPATH_ENDPOINT'];
  if (!written)
    throw new BadInput(
      '--endpoint: got nothing; allowed: the output prewarm_endpoint, the URL of a service, or a name of warmpath.config.json; set it here or in WARMPATH_ENDPOINT',
    );
  const named = written.includes('://') ? { url: written } : namedEndpoint(written, option);
  const url = URL.canParse(named.url) ? new URL(named.url) : undefined;
  const isPlain =
    url !== undefined && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (!isPlain || !/^https?:$/.test(url.protocol))
    throw new BadInput(
      `${option}: got a URL that is no address of a service; allowed: http or https, host and path, such as https://abc.execute-api.eu-central-1.amazonaws.com/prod/`,
    );
  return { ...named, endpoint: new URL(named.url.endsWith('/') ? named.url : `${named.url}/`) };
}

/** The key of the environment; never shown, since it is a secret. */
function keyOfEnvironment(): string | undefined {
  const key = process.env['WARMPATH_API_KEY']?.trim();
  if (!key) return undefined;
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  throw new BadInput('WARMPATH_API_KEY: got characters that no key has; allowed: visible ASCII characters');
}

/** Loaded only where requests are signed. */
function dynamoDb(): typeof import('@aws-sdk/client-dynamodb') {
  return require('@aws-sdk/client-dynamodb');
}

/** API Gateway says its Region in its own names; behind a name of the user's own, the configuration says it. */
async function signingFor(
  endpoint: URL,
  { region, profile }: Pick<NamedEndpoint, 'region' | 'profile'>,
): Promise<Signing> {
  const ofGateway = /\.execute-api\.([a-z0-9-]+)\./.exec(endpoint.hostname)?.[1];
  const flags = { region: region ?? ofGateway, profile };
  return callAws(flags, async (settings) => {
    // Any client finds credentials and Region as all of them do.
    const { config } = new (dynamoDb().DynamoDBClient)(settings);
    await config.credentials();
    return { region: await config.region(), credentials: config.credentials };
  });
}

/**
 * Returns how the service is reached. The key comes from --api-key-file, else from the file that the endpoint's name has, else from
 * WARMPATH_API_KEY; never from an argument, which every user of the machine could read.
 * @throws BadInput
 */
export async function accessOf(options: AccessOptions): Promise<ApiAccess> {
  const { endpoint, ...named } = whereOf(options);
  const keyFile = options.apiKeyFile ?? named.apiKeyFile;
  const signs = options.iam ?? named.iam ?? false;
  const { region = named.region, profile = named.profile } = options;
  return {
    endpoint,
    apiKey: keyFile === undefined ? keyOfEnvironment() : await readApiKey(keyFile),
    signing: signs ? await signingFor(endpoint, { region, profile }) : undefined,
  };
}

const KEY_ADVICE =
  '; the key is that of --api-key-file, else of the endpoint in warmpath.config.json, else WARMPATH_API_KEY';

/** Returns what a service refused, as bad input. */
export function refusal({ status, body }: ApiResponse): BadInput {
  const { message, error_message: urlMessage, error_reasons: reasons, error_urls: urls } = body;
  const lines = [reasons, urls].find((list) => Array.isArray(list) && list.length > 0);
  const shown = Array.isArray(lines) ? lines.slice(0, 10).map((line) => `\n  ${String(line)}`) : [];
  const key = status === 401 || status === 403 ? KEY_ADVICE : '';
  return new BadInput(`the API answered ${status}: ${String(urlMessage ?? message)}${key}${shown.join('')}`);
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
