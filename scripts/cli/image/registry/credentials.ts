/** Credentials for registries: what Docker's configuration names, and tokens of ECR. They are never logged or put into errors. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { awsSettings } from '../../aws';
import { homeFolder } from '../../home-folder';
import type { Answer } from './exchange';
import type { ImageReference } from './reference';

export interface Credential {
  readonly username: string;
  readonly password: string;
}

export interface CredentialSource {
  /** What to log in with at a registry; `undefined` = as nobody. `fresh` = not one that was fetched before, which may have ended. */
  readonly credentialFor: (registry: string, fresh?: boolean) => Promise<Credential | undefined>;
}

const dockerConfig = z.looseObject({
  auths: z.record(z.string(), z.looseObject({ auth: z.string().optional() })).optional(),
  credHelpers: z.record(z.string(), z.string()).optional(),
  credsStore: z.string().optional(),
});

export type DockerConfig = z.infer<typeof dockerConfig>;

const HUB_KEY = 'https://index.docker.io/v1/';
/** Private registries of ECR in every partition, FIPS and dual-stack included, as in modules/ai-shell-ecs/ecr-registry.ts. */
const ECR_HOST =
  /^\d{12}\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com|amazonaws\.com\.cn|on\.aws|on\.amazonwebservices\.com\.cn|amazonaws\.eu|c2s\.ic\.gov|sc2s\.sgov\.gov|cloud\.adc-e\.uk|csp\.hci\.ic\.gov)$/;

export function dockerConfigFolder(env: NodeJS.ProcessEnv = process.env): string {
  return env['DOCKER_CONFIG'] || join(homeFolder(), '.docker');
}

/** Docker's client configuration; an empty one where there is none that can be read. */
export function readDockerConfig(folder: string): DockerConfig {
  try {
    return dockerConfig.parse(JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')));
  } catch {
    return {};
  }
}

/** Region of an ECR registry, or `undefined` for a registry of another kind. */
export function ecrRegion(registry: string): string | undefined {
  return ECR_HOST.exec(registry)?.[1];
}

/**
 * Credentials from Docker's configuration. For ECR a token of AWS comes before what `docker login` left there, which holds for
 * twelve hours only; a helper that is named for the registry comes first.
 */
export function dockerCredentials(env: NodeJS.ProcessEnv = process.env): CredentialSource {
  const config = readDockerConfig(dockerConfigFolder(env));
  const found = new Map<string, Promise<Credential | undefined>>();
  async function lookUp(registry: string): Promise<Credential | undefined> {
    const key = registry === 'docker.io' ? HUB_KEY : registry;
    const helper = config.credHelpers?.[registry] ?? config.credHelpers?.[key];
    const fromHelper = helper === undefined ? undefined : await askHelper(helper, key, env);
    if (fromHelper) return fromHelper;
    const region = ecrRegion(registry);
    return region === undefined
      ? await stored(registry, key)
      : await ecrTokenOr(stored(registry, key), region);
  }
  async function stored(registry: string, key: string): Promise<Credential | undefined> {
    const kept = config.credsStore === undefined ? undefined : await askHelper(config.credsStore, key, env);
    const basic = config.auths?.[key]?.auth ?? config.auths?.[`https://${registry}`]?.auth;
    return kept ?? (basic ? fromBasic(basic) : undefined);
  }
  return {
    credentialFor: (registry, fresh = false) => {
      const known = (fresh ? undefined : found.get(registry)) ?? lookUp(registry);
      found.set(registry, known);
      return known;
    },
  };
}

function fromBasic(encoded: string): Credential | undefined {
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** A token of AWS, or what is stored where AWS gives none. */
async function ecrTokenOr(
  stored: Promise<Credential | undefined>,
  region: string,
): Promise<Credential | undefined> {
  try {
    return (await ecrToken(region)) ?? (await stored);
  } catch (error) {
    const otherwise = await stored;
    if (otherwise) return otherwise;
    throw error;
  }
}

/**
 * Returns a token for the ECR registries of a Region, which holds for twelve hours. The SDK is loaded only here: it takes longer
 * to load than most commands take to run.
 */
export async function ecrToken(region: string): Promise<Credential | undefined> {
  const { ECRClient, GetAuthorizationTokenCommand } =
    require('@aws-sdk/client-ecr') as typeof import('@aws-sdk/client-ecr');
  const { authorizationData } = await new ECRClient(awsSettings({ region })).send(
    new GetAuthorizationTokenCommand({}),
  );
  const token = authorizationData?.[0]?.authorizationToken;
  return token === undefined ? undefined : fromBasic(token);
}

const helperAnswer = z.object({ Username: z.string(), Secret: z.string() });

/** Asks a `docker-credential-…` program; `undefined` where it has nothing or is not there. */
function askHelper(
  helper: string,
  registry: string,
  env: NodeJS.ProcessEnv,
): Promise<Credential | undefined> {
  return new Promise((resolve) => {
    const child = spawn(`docker-credential-${helper}`, ['get'], { env, stdio: ['pipe', 'pipe', 'ignore'] });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    child.on('error', () => resolve(undefined));
    child.on('close', () => {
      const answer = helperAnswer.safeParse(parseJson(text));
      resolve(answer.success ? { username: answer.data.Username, password: answer.data.Secret } : undefined);
    });
    child.stdin.on('error', () => resolve(undefined)).end(registry);
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const tokenAnswer = z.object({ token: z.string().optional(), access_token: z.string().optional() });

/** How a registry wants to be asked: with a password, or with a token from another service. */
export class Challenge {
  private constructor(
    private readonly scheme: 'basic' | 'bearer',
    private readonly parameters: ReadonlyMap<string, string>,
  ) {}

  static from(header: string | undefined): Challenge | undefined {
    const [, scheme = '', rest = ''] = /^\s*(\w+)\s*(.*)$/.exec(header ?? '') ?? [];
    const parameters = new Map(
      [...rest.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]),
    );
    const known = scheme.toLowerCase();
    return known === 'basic' || known === 'bearer' ? new Challenge(known, parameters) : undefined;
  }

  /** The Authorization header to repeat the request with; `undefined` where there is nothing to log in with. */
  async authorize(
    credential: Credential | undefined,
    { path }: Pick<ImageReference, 'path'>,
    actions: string,
    ask: (url: string, authorization: string | undefined) => Promise<Answer>,
  ): Promise<string | undefined> {
    const basic =
      credential &&
      `Basic ${Buffer.from(`${credential.username}:${credential.password}`).toString('base64')}`;
    if (this.scheme === 'basic') return basic;
    const realm = this.parameters.get('realm');
    if (realm === undefined || !/^https?:\/\//.test(realm)) return undefined;
    const url = new URL(realm);
    const service = this.parameters.get('service');
    if (service !== undefined) url.searchParams.set('service', service);
    url.searchParams.set('scope', `repository:${path}:${actions}`);
    const response = await ask(url.href, basic);
    if (response.status !== 200) return undefined;
    const answer = tokenAnswer.safeParse(parseJson(response.body.toString('utf8')));
    const token = answer.data?.token ?? answer.data?.access_token;
    return token === undefined ? undefined : `Bearer ${token}`;
  }
}
