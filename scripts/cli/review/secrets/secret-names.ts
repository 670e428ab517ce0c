import type { Path } from '../model/path';

const SECRET_WORD =
  /(?:^|_)(?:pass(?:word|wd|phrase)?s?|pwd|secrets?|tokens?|api_?keys?|private_?key|access_?keys?|signing_?key|encryption_?key|license_?key|shared_?key|account_?key|credentials?|auth|authorization|connection_?strings?|dsn|cookies?|bearer|webhook_url)(?=_|\d|$)/;

/** Ends of names that speak about a secret instead of holding one. */
const ABOUT_A_SECRET =
  /_(?:arns?|ids?|names?|types?|version|ttl|length|policy|url|uri|path|enabled|required|duration|days|hours|minutes|seconds|validity|units|stages?|status|size|count|algorithm|format|mode|prefix|rotation|configuration|only|period|scopes?|strategy|endpoint|options?)$/;

/** Keys of a policy's conditions, such as `token.actions.githubusercontent.com:sub`: whom a role trusts is no secret. */
const CONDITION_KEY = /^(?:aws|[a-z0-9-]+(?:\.[a-z0-9-]+)+(?:\/[\w./-]*)?):[A-Za-z_]+$/;

/** Names with a word of a secret whose values are choices. */
const CHOICES = new Set(['http_tokens', 'max_tokens', 'id_tokens']);

/** Values of these are shown by name only: programs get their secrets by them, whatever the names are. */
const ENVIRONMENT = new Set([
  'environment',
  'environment_variables',
  'environment_variable',
  'env',
  'env_vars',
  'variables',
  'headers',
  'custom_header',
  'custom_headers',
  'request_headers',
  'header_parameter',
  'header_parameters',
  'auth_parameters',
  'connection_properties',
]);

/** Names of values that look random and are no secret: digests, ids, versions. */
const DIGEST_NAME =
  /(?:^|_)(?:hash|sha\d*|base64sha\d*|digest|etag|checksum|fingerprint|md5|commit|revision|version|arn|id|ids|key_id|thumbprint|s3_key|filename|source|image|image_uri|thumbprint_list|triggers)(?:_|$)/;

/** Returns a name in lower case with underscores: `dbPassword`, `DB-PASSWORD` and `db.password` are one name. */
const normalNames = new Map<string, string>();

function normalName(name: string): string {
  const known = normalNames.get(name);
  if (known !== undefined) return known;
  const normal = name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .toLowerCase();
  // Names are few; those of a hostile plan are not kept.
  if (normalNames.size < 10_000 && name.length < 100) normalNames.set(name, normal);
  return normal;
}

/** Tells from names whether their values are secrets. */
export class SecretNames {
  private readonly further: readonly RegExp[];

  /** @param patterns - further names, with `*` for any characters, such as `*_seed` */
  constructor(patterns: readonly string[] = []) {
    this.further = patterns.map((pattern) => {
      const parts = pattern.split('*').map((part) => part.replace(/[^A-Za-z0-9]/g, '\\$&'));
      return new RegExp(`^${parts.join('.*')}$`, 'i');
    });
  }

  isSecret(name: string): boolean {
    if (this.further.some((pattern) => pattern.test(name))) return true;
    if (CONDITION_KEY.test(name)) return false;
    const normal = normalName(name);
    if (normal === 'webhook_url') return true;
    if (CHOICES.has(normal)) return false;
    return SECRET_WORD.test(normal) && !ABOUT_A_SECRET.test(normal);
  }

  /**
   * Returns whether values at this path are shown by name only, since one of the steps to them holds an environment or
   * headers. The last step does not count: `tags.Environment` is a plain value. Nor does a block `environment[0]`, whose
   * variables lie one level further down.
   */
  hidesBelow(path: Path): boolean {
    return path.some((step, at) => {
      if (typeof step !== 'string' || at === path.length - 1) return false;
      const normal = normalName(step);
      return ENVIRONMENT.has(normal) && !(normal === 'environment' && typeof path[at + 1] === 'number');
    });
  }

  isDigest(name: string): boolean {
    return DIGEST_NAME.test(normalName(name));
  }
}
