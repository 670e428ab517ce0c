/** Reads, writes and tags images of a registry over its HTTP interface (OCI distribution); including the upload of layers. */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { WarmpathError } from '../../../../lambdas/errors/warmpath-error';
import type { LocalBlob, Manifest } from './content';
import { Challenge, type CredentialSource } from './credentials';
import { type Answer, exchange, type Question } from './exchange';
import { type ImageReference, isLoopback } from './reference';

/** A registry refused, failed, or could not be reached. */
export class RegistryError extends WarmpathError {
  override readonly name = 'RegistryError';

  constructor(
    message: string,
    readonly status: number | undefined,
    /** Code of the registry's own, such as `TAG_INVALID`; `` where it gave none. */
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super('REGISTRY_FAILED', message, options);
  }
}

const MANIFEST_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];

const DIGEST = /^sha256:[0-9a-f]{64}$/;
const ATTEMPTS = 5;
const FIRST_DELAY_MS = 200;
const MAX_DELAY_MS = 60_000;
const HUB_HOST = 'registry-1.docker.io';

type Repository = Pick<ImageReference, 'registry' | 'path'>;

export class RegistryClient {
  /** Authorization header by registry and repository. */
  private readonly authorizations = new Map<string, string>();

  constructor(private readonly credentials: CredentialSource) {}

  /** The manifest or index at a tag or digest; `undefined` where there is none that can be pulled. */
  async manifest(repository: Repository, reference: string): Promise<Manifest | undefined> {
    const response = await this.send(repository, `manifests/${reference}`, {
      headers: { accept: MANIFEST_TYPES.join(', ') },
    });
    if (response.status === 404) return undefined;
    this.check(response, repository, `reading ${reference}`);
    const mediaType = response.header('content-type')?.split(';')[0]?.trim() ?? '';
    if (!MANIFEST_TYPES.includes(mediaType)) {
      throw new RegistryError(
        `${nameOf(repository)}:${reference}: got content of type ${JSON.stringify(mediaType)}, allowed: a manifest; check that ${repository.registry} is a registry and that no proxy answers for it`,
        response.status,
        'MANIFEST_INVALID',
      );
    }
    const { body } = response;
    const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`;
    const claimed = response.header('docker-content-digest');
    if (reference.startsWith('sha256:') && digest !== reference) {
      throw new RegistryError(
        `${nameOf(repository)}@${reference}: got content of digest ${digest}; ask again, or pull another copy`,
        response.status,
        'DIGEST_INVALID',
      );
    }
    if (claimed !== undefined && claimed !== digest) {
      throw new RegistryError(
        `${nameOf(repository)}:${reference}: announced as ${claimed}, content is ${digest}; ask again`,
        response.status,
        'DIGEST_INVALID',
      );
    }
    return { digest, mediaType, body };
  }

  /** Digest at a tag, without its content; `undefined` where there is none that can be pulled. */
  async digest(repository: Repository, reference: string): Promise<string | undefined> {
    const response = await this.send(repository, `manifests/${reference}`, {
      method: 'HEAD',
      headers: { accept: MANIFEST_TYPES.join(', ') },
    });
    if (response.status === 404) return undefined;
    this.check(response, repository, `reading ${reference}`);
    const claimed = response.header('docker-content-digest') ?? '';
    return DIGEST.test(claimed) ? claimed : (await this.manifest(repository, reference))?.digest;
  }

  /** A blob, such as the configuration of an image. */
  async blob(repository: Repository, digest: string): Promise<Buffer> {
    const response = await this.send(repository, `blobs/${digest}`, {});
    this.check(response, repository, `reading ${digest}`);
    return response.body;
  }

  /** Whether the repository has a layer or configuration. */
  async hasBlob(repository: Repository, digest: string): Promise<boolean> {
    const response = await this.send(repository, `blobs/${digest}`, { method: 'HEAD' });
    if (response.status === 404) return false;
    this.check(response, repository, `looking for ${digest}`);
    return true;
  }

  /** Uploads a layer; an upload that breaks off begins again. */
  async uploadBlob(repository: Repository, blob: LocalBlob): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.uploadOnce(repository, blob);
      } catch (error) {
        const final =
          error instanceof RegistryError &&
          error.status !== undefined &&
          error.status < 500 &&
          error.status !== 429;
        if (final || attempt === ATTEMPTS) {
          throw error instanceof RegistryError ? error : unreachable(repository, error);
        }
        await sleep(retryDelayMs(attempt, undefined));
      }
    }
  }

  /** Stores a manifest under its digest, or under a tag as well. */
  async putManifest(repository: Repository, reference: string, { mediaType, body }: Manifest): Promise<void> {
    const response = await this.send(repository, `manifests/${reference}`, {
      method: 'PUT',
      headers: { 'content-type': mediaType },
      body,
    });
    this.check(response, repository, `writing ${reference}`);
  }

  private async uploadOnce(repository: Repository, { digest, file, sizeBytes }: LocalBlob): Promise<void> {
    const begun = await this.send(repository, 'blobs/uploads/', { method: 'POST', body: Buffer.alloc(0) });
    this.check(begun, repository, 'beginning an upload');
    const authorization = this.authorizations.get(scopeOf(repository, 'POST'));
    const base = `${baseUrl(repository.registry)}/v2/`;
    const headers = authorization === undefined ? {} : { authorization };
    const sent = await exchange(new URL(begun.header('location') ?? '', base), {
      method: 'PATCH',
      headers: { ...headers, 'content-type': 'application/octet-stream' },
      body: { file, sizeBytes },
    });
    this.check(sent, repository, `uploading ${digest}`);
    const end = new URL(sent.header('location') ?? '', base);
    end.searchParams.set('digest', digest);
    const closed = await exchange(end, { method: 'PUT', headers, body: Buffer.alloc(0) });
    this.check(closed, repository, `closing the upload of ${digest}`);
  }

  private async send(repository: Repository, path: string, question: Question): Promise<Answer> {
    const url = `${baseUrl(repository.registry)}/v2/${repository.path}/${path}`;
    const scope = scopeOf(repository, question.method);
    const known = this.authorizations.get(scope);
    const response = await this.attempt(url, repository, question, known);
    if (response.status !== 401) return response;
    const challenge = Challenge.from(response.header('www-authenticate'));
    if (!challenge) return response;
    const actions = isWrite(question.method) ? 'pull,push' : 'pull';
    // A build may have taken longer than the token of its plan holds.
    const fresh = known !== undefined || isWrite(question.method);
    const credential = await this.credentials.credentialFor(repository.registry, fresh);
    const authorization = await challenge.authorize(credential, repository, actions, (from, basic) =>
      this.attempt(from, repository, {}, basic),
    );
    if (authorization === undefined) return response;
    this.authorizations.set(scope, authorization);
    return await this.attempt(url, repository, question, authorization);
  }

  /** Repeats what may succeed a moment later: throttling, failures of the server, broken connections. */
  private async attempt(
    url: string,
    repository: Repository,
    question: Question,
    authorization: string | undefined,
  ): Promise<Answer> {
    const headers = { ...question.headers, ...(authorization !== undefined && { authorization }) };
    for (let attempt = 1; ; attempt++) {
      let failure: unknown;
      try {
        const response = await exchange(new URL(url), { ...question, headers });
        if ((response.status !== 429 && response.status < 500) || attempt === ATTEMPTS) return response;
        await sleep(retryDelayMs(attempt, response.header('retry-after')));
        continue;
      } catch (error) {
        failure = error;
      }
      if (attempt === ATTEMPTS) {
        throw unreachable(repository, failure);
      }
      await sleep(retryDelayMs(attempt, undefined));
    }
  }

  private check(response: Answer, repository: Repository, doing: string): void {
    if (response.status >= 200 && response.status < 300) return;
    const text = response.body.toString('utf8');
    const code = /"code"\s*:\s*"(\w+)"/.exec(text)?.[1] ?? '';
    const cure =
      response.status === 401 || response.status === 403
        ? 'log in to the registry, or give the role the permission'
        : 'try again, or ask the registry';
    throw new RegistryError(
      `${nameOf(repository)}: ${doing} got status ${response.status}${code === '' ? '' : ` (${code})`}; ${cure}`,
      response.status,
      code,
    );
  }
}

function isWrite(method: string | undefined): boolean {
  return method === 'PUT' || method === 'POST';
}

function scopeOf(repository: Repository, method: string | undefined): string {
  return `${nameOf(repository)} ${isWrite(method) ? 'push' : 'pull'}`;
}

function unreachable(repository: Repository, cause: unknown): RegistryError {
  return new RegistryError(
    `${nameOf(repository)}: registry ${repository.registry} cannot be reached (${reasonOf(cause)}); check the name and the network`,
    undefined,
    '',
    { cause },
  );
}

function nameOf({ registry, path }: Repository): string {
  return `${registry}/${path}`;
}

function baseUrl(registry: string): string {
  const host = registry === 'docker.io' ? HUB_HOST : registry;
  return `${isLoopback(registry) ? 'http' : 'https'}://${host}`;
}

function retryDelayMs(attempt: number, retryAfter: string | undefined): number {
  const asked = Number(retryAfter) * 1_000;
  const delay = FIRST_DELAY_MS * 2 ** (attempt - 1) * (0.5 + Math.random());
  return retryAfter !== undefined && Number.isFinite(asked)
    ? Math.min(Math.max(asked, delay), MAX_DELAY_MS)
    : delay;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.cause.message !== '' ? error.cause.message : error.message;
}
