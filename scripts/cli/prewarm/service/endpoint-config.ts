import { existsSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import * as z from 'zod';
import { jsonFault } from '../../../../lambdas/errors/json-fault';
import { didYouMean } from '../../../../lambdas/prewarm/engine/request/nearest';
import { hasCode } from '../../../../lambdas/prewarm/one-machine/adapters/error-code';
import { BadInput } from '../../bad-input';

/** Looked for in the current folder, then in the folders above it up to the root of the repository. */
const FILE_NAME = 'warmpath.config.json';
/** An endpoint of the environment: `WARMPATH_ENDPOINT_STAGING` has the URL of `staging`. */
const VARIABLE_PREFIX = 'WARMPATH_ENDPOINT_';

const endpoint = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/, error: 'allowed: an http or https URL' })
      .describe('Where the API is: the output prewarm_endpoint, or the address of `warmpath prewarm serve`.'),
    apiKeyFile: z
      .string()
      .min(1)
      .optional()
      .describe(
        'File with the key that is sent as x-api-key, relative to this file. Only its owner may read it.',
      ),
    iam: z
      .boolean()
      .optional()
      .describe('Sign with AWS credentials (SigV4), for an API with authorization by IAM. Default: false.'),
    region: z.string().min(1).optional().describe('With iam: Region of the API. Default: that in its name.'),
    profile: z.string().min(1).optional().describe('With iam: profile of the AWS configuration.'),
  })
  .describe('A service: deployed on AWS, or on one machine.');

/** `warmpath.config.json`; `docs/schemas` publishes the schema. */
export const configFile = z
  .strictObject({
    $schema: z.string().optional().describe('Where an editor finds this schema.'),
    endpoints: z
      .record(
        z.string().regex(/^[a-z0-9][a-z0-9._-]*$/i, 'allowed: letters, digits, dot, dash and underscore'),
        endpoint,
      )
      .describe('Services by the name that --endpoint takes.'),
  })
  .describe('Names the services that `warmpath prewarm` commands are sent to.');

/** A service that has a name. */
export interface NamedEndpoint {
  readonly url: string;
  /** Absolute path. */
  readonly apiKeyFile?: string | undefined;
  readonly iam?: boolean | undefined;
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
}

const KNOWN_KEYS: readonly string[] = [...Object.keys(configFile.shape), ...Object.keys(endpoint.shape)];

/**
 * Returns the path of the configuration that counts here; undefined where there is none. No folder above the repository is looked
 * into: a file that others put into a shared folder would say where keys are sent.
 */
function findConfig(folder: string, env: NodeJS.ProcessEnv): string | undefined {
  const named = env['WARMPATH_CONFIG'];
  if (named) return resolve(folder, named);
  const folders: string[] = [];
  for (let at = folder; ; at = dirname(at)) {
    folders.push(at);
    if (existsSync(join(at, '.git'))) break;
    if (dirname(at) === at) return existing([folder]);
  }
  return existing(folders);
}

function existing(folders: readonly string[]): string | undefined {
  return folders.map((folder) => join(folder, FILE_NAME)).find((path) => existsSync(path));
}

function sentences(issue: z.core.$ZodIssue): readonly string[] {
  const where = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => {
      const meant = didYouMean(key, KNOWN_KEYS);
      return `${[where, key].filter((part) => part !== '').join('.')}: not known${meant === undefined ? '' : `; ${meant}`}`;
    });
  const said =
    issue.code === 'invalid_key' ? issue.issues.map(({ message }) => message).join(', ') : issue.message;
  return [`${where === '' ? 'the file' : where}: ${said}`];
}

function readConfig(path: string): z.output<typeof configFile> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  } catch (cause) {
    const reason = hasCode(cause, 'ENOENT') ? 'there is no such file' : 'it cannot be read';
    throw new BadInput(`${path}: ${reason}; WARMPATH_CONFIG names another one`, { cause });
  }
  let written: unknown;
  try {
    written = JSON.parse(text);
  } catch {
    // Without a cause: the parser's message quotes what is near, which may be a secret.
    throw new BadInput(`${path}: no JSON from ${jsonFault(text) ?? 'its beginning'} on; correct it`);
  }
  const parsed = configFile.safeParse(written);
  if (parsed.success) return parsed.data;
  throw new BadInput(`${path}: ${parsed.error.issues.flatMap(sentences).join(`\n${' '.repeat(10)}`)}`);
}

/** Returns what the environment calls by this name. */
function ofEnvironment(name: string, env: NodeJS.ProcessEnv): NamedEndpoint | undefined {
  const url = env[`${VARIABLE_PREFIX}${name.toUpperCase().replace(/[.-]/g, '_')}`];
  return url ? { url } : undefined;
}

function namesOfEnvironment(env: NodeJS.ProcessEnv): readonly string[] {
  return Object.keys(env)
    .filter((name) => name.startsWith(VARIABLE_PREFIX) && env[name])
    .map((name) => name.slice(VARIABLE_PREFIX.length).toLowerCase().replaceAll('_', '-'));
}

/**
 * Returns the service of this name: of the environment, else of `warmpath.config.json`.
 * @param option what the name was given by, for the error
 * @param folder where the configuration is looked for first
 * @throws BadInput that names the endpoints there are
 */
export function namedEndpoint(
  name: string,
  option: string,
  env: NodeJS.ProcessEnv = process.env,
  folder = process.cwd(),
): NamedEndpoint {
  const fromEnvironment = ofEnvironment(name, env);
  if (fromEnvironment !== undefined) return fromEnvironment;
  const path = findConfig(folder, env);
  const endpoints = path === undefined ? {} : readConfig(path).endpoints;
  const found = Object.hasOwn(endpoints, name) ? endpoints[name] : undefined;
  if (found !== undefined && path !== undefined) {
    const { apiKeyFile, ...rest } = found;
    const keyFile =
      apiKeyFile === undefined || isAbsolute(apiKeyFile) ? apiKeyFile : join(dirname(path), apiKeyFile);
    return { ...rest, apiKeyFile: keyFile };
  }
  const known = [...Object.keys(endpoints), ...namesOfEnvironment(env)];
  const named = known.length === 0 ? `a name of ${FILE_NAME}` : `a name: ${known.join(', ')}`;
  const meant = didYouMean(name, known);
  throw new BadInput(
    `${option}: got ${name}; allowed: the output prewarm_endpoint, the URL of a service, or ${named}${meant === undefined ? '' : `; ${meant}`}`,
  );
}
