/** Image references: `repository:tag@digest` with Docker's defaults filled in. */

export interface ImageReference {
  /** Host and port, such as `docker.io` or `127.0.0.1:5000`. */
  readonly registry: string;
  /** Path within the registry, such as `library/python`. */
  readonly path: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

const DOCKER_HUB = 'docker.io';
const PATH = /^[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** `undefined` where the text is no reference. */
export function parseReference(text: string): ImageReference | undefined {
  const [named = '', digest, ...more] = text.split('@');
  if (more.length > 0 || (digest !== undefined && !DIGEST.test(digest))) return undefined;
  const [, name = '', tag] = /^(.+?)(?::([^:/]+))?$/.exec(named) ?? [];
  if (tag !== undefined && !TAG.test(tag)) return undefined;
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  const isHost = /[.:]/.test(first) || first === 'localhost' || /[A-Z]/.test(first);
  const registry = isHost ? first : DOCKER_HUB;
  const rest = isHost ? name.slice(slash + 1) : name;
  const path = isHub(registry) && !rest.includes('/') ? `library/${rest}` : rest;
  if (!PATH.test(path)) return undefined;
  return { registry: isHub(registry) ? DOCKER_HUB : registry, path, tag, digest };
}

function isHub(registry: string): boolean {
  return registry === DOCKER_HUB || registry === 'index.docker.io';
}

/** The short form that named contexts are compared by: without the default host and without `:latest`. */
export function familiarName({ registry, path, tag, digest }: ImageReference): string {
  const short = registry === DOCKER_HUB ? path.replace(/^library\//, '') : `${registry}/${path}`;
  const withDigest = digest === undefined ? '' : `@${digest}`;
  return `${short}${tag === undefined || (tag === 'latest' && withDigest === '') ? '' : `:${tag}`}${withDigest}`;
}

/** Registry and path, without tag and digest. */
export function repositoryOf({ registry, path }: ImageReference): string {
  return registry === DOCKER_HUB ? path.replace(/^library\//, '') : `${registry}/${path}`;
}

/** Whether a registry is on this machine, which is asked without TLS as Docker does. */
export function isLoopback(registry: string): boolean {
  const host = registry.replace(/:\d+$/, '');
  return host === 'localhost' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host);
}
