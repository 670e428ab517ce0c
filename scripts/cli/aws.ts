import type { FetchHttpHandler } from '@smithy/fetch-http-handler';
import type { Command } from 'commander';
import { BadInput } from './bad-input';
import { namesProxy } from './proxy/environment-proxy';
import { fetchFailure } from './proxy/fetch-failure';

/** Where in AWS a command looks, and as whom. */
export interface AwsFlags {
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
}

/** Adds `--region` and `--profile`. */
export function withAwsOptions(command: Command): Command {
  return command
    .option('--region <name>', 'AWS Region (default: AWS_REGION, or that of the profile)')
    .option('--profile <name>', 'profile of the AWS configuration (default: AWS_PROFILE)');
}

/** The settings of a client of the AWS SDK; what is absent it finds in the environment and the configuration. */
export interface AwsSettings {
  readonly region?: string;
  readonly profile?: string;
  /** Present where the environment names a proxy: `fetch` goes through it, and the SDK's own handler would not. */
  readonly requestHandler?: FetchHttpHandler;
}

/** Returns the settings of a client: where it looks, as whom, and through which proxy. */
export function awsSettings({ region, profile }: AwsFlags): AwsSettings {
  return {
    ...(region !== undefined && { region }),
    ...(profile !== undefined && { profile }),
    ...(namesProxy() && { requestHandler: fetchHandler() }),
  };
}

function fetchHandler(): FetchHttpHandler {
  const proxy = require('./proxy/through-proxy') as typeof import('./proxy/through-proxy');
  return proxy.fetchHandler();
}

const PROFILES = '--profile, AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY';

/** What is wrong by the name of the error that the SDK or a service throws, and where to set it right. */
const EXPLANATIONS: readonly (readonly [RegExp, (message: string, flags: AwsFlags) => string])[] = [
  [
    /Region is missing/,
    () =>
      'AWS Region: got none; allowed: a Region such as eu-central-1; name it with --region or AWS_REGION, or in the profile',
  ],
  [
    /ExpiredToken|TokenRefreshRequired|session.*expired|SSO/i,
    (message) =>
      `AWS credentials: they have expired (${message}); sign in again, such as by \`aws sso login\``,
  ],
  [
    /CredentialsProviderError|Could not load credentials|Could not resolve credentials/,
    (message, { profile }) =>
      profile === undefined
        ? `AWS credentials: found none; set ${PROFILES}`
        : `--profile: got ${JSON.stringify(profile)}, which gives no credentials (${message}); allowed: a profile of the AWS configuration`,
  ],
  [
    /UnrecognizedClient|InvalidClientTokenId|AuthFailure|SignatureDoesNotMatch|InvalidSignature|InvalidAccessKeyId/,
    (message) => `AWS credentials: AWS does not take them (${message}); set ${PROFILES}`,
  ],
  [
    /Region not accepted|not a valid hostname component/,
    (message) =>
      `AWS Region: ${message} Allowed: a Region such as eu-central-1; name it with --region or AWS_REGION, or in the profile`,
  ],
  [
    /ENOTFOUND|EAI_AGAIN|EINVAL.*Region|Invalid Configuration/i,
    (message, { region }) =>
      `AWS Region: no service answers under its name (${message}); allowed: a Region such as eu-central-1, got ${region ?? 'that of AWS_REGION or the profile'}; set --region`,
  ],
];

const DENIED = /AccessDenied|UnauthorizedOperation|not authorized/;

function described(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

/**
 * An error of the AWS SDK or of a service in words that say which of Region, credentials and rights is missing and where to set it; any
 * other error as it is.
 */
export function explainAwsError(error: unknown, flags: AwsFlags): unknown {
  if (error instanceof TypeError && error.message === 'fetch failed')
    return new Error(`AWS cannot be reached through the proxy (${fetchFailure(error)}); check HTTPS_PROXY`, {
      cause: error,
    });
  const text = described(error);
  const message = error instanceof Error ? error.message : text;
  const [, explain] = EXPLANATIONS.find(([pattern]) => pattern.test(text)) ?? [];
  if (explain !== undefined) return new BadInput(explain(message, flags), { cause: error });
  if (!DENIED.test(text)) return error;
  return new Error(
    `AWS credentials: they may not do this (${message}); use others with --profile, or add the right to their role`,
    { cause: error },
  );
}

/**
 * Runs what calls AWS.
 * @throws what `explainAwsError` makes of an error
 */
export async function callAws<T>(flags: AwsFlags, call: (settings: AwsSettings) => Promise<T>): Promise<T> {
  try {
    return await call(awsSettings(flags));
  } catch (error) {
    throw explainAwsError(error, flags);
  }
}

/** The Region that a client calls, for messages. */
export async function regionOf(client: {
  readonly config: { readonly region: () => Promise<string> };
}): Promise<string> {
  return client.config.region().catch(() => 'this Region');
}
