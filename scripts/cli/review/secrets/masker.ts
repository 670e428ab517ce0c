import { exactDigits } from '../input/exact-json';
import { isList, isObject, type JsonObject, type JsonValue, property } from '../model/json-value';
import { nameOf, type Path } from '../model/path';
import { blockIdentity } from './block-identity';
import { parseEmbeddedJson } from './embedded-json';
import { decodeBase64Text } from './encoded-text';
import { SecretNames } from './secret-names';
import { maskFormats, maskName, maskRandom, SECRET } from './secret-shapes';

/** Which parts of a value the provider's schema marks as sensitive: `true` for a whole value, else the same shape. */
export type Marks = JsonValue | undefined;

/** Known secrets that are shorter are masked at their own place only: they would be found inside ordinary words. */
const MIN_KNOWN_LENGTH = 8;

/** Results that a masker keeps, at most some 4 MB. */
const MAX_REMEMBERED = 10_000;
const MAX_REMEMBERED_LENGTH = 200;

/** Replaces secrets in everything that a review shows. One masker holds the secrets that one plan gives away. */
export class Masker {
  private readonly known: RegExp | undefined;
  private readonly masked = new Map<string, string>();

  /** @param secrets - values that are secret wherever they stand, such as those of sensitive variables */
  constructor(
    secrets: Iterable<string> = [],
    private readonly names: SecretNames = new SecretNames(),
  ) {
    const forms = new Set<string>();
    for (const secret of secrets) {
      if (secret.trim().length < MIN_KNOWN_LENGTH) continue;
      for (const form of formsOf(secret)) if (form.length >= MIN_KNOWN_LENGTH) forms.add(form);
    }
    const longestFirst = [...forms].sort((left, right) => right.length - left.length);
    this.known =
      longestFirst.length === 0
        ? undefined
        : new RegExp(longestFirst.map((form) => form.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|'), 'g');
  }

  /** Returns the value without its secrets, at every depth. `path` leads to the value from its resource. */
  mask(value: JsonValue | undefined, marks: Marks, path: Path): JsonValue {
    if (value === undefined || value === null) return null;
    if (marks === true || this.names.hidesBelow(path)) return hideLeaves(value, marks === true);
    return this.maskOpen(value, marks, path);
  }

  /** Returns a text without the secrets in it, such as a message, a line of user data, or a value of no known attribute. */
  maskText(text: string, name = ''): string {
    const isDigest = this.names.isDigest(name);
    if (text.length > MAX_REMEMBERED_LENGTH) return this.maskAnew(text, isDigest);
    // Tags, names and Regions come again with every resource.
    const key = `${isDigest ? 'd' : 'r'}${text}`;
    const before = this.masked.get(key);
    if (before !== undefined) return before;
    const result = this.maskAnew(text, isDigest);
    if (this.masked.size < MAX_REMEMBERED) this.masked.set(key, result);
    return result;
  }

  private maskAnew(text: string, isDigest: boolean): string {
    const masked = maskFormats(this.known === undefined ? text : text.replace(this.known, SECRET));
    return isDigest ? masked : maskRandom(masked);
  }

  private maskOpen(value: JsonValue, marks: Marks, path: Path): JsonValue {
    if (typeof value === 'string') return this.maskString(value, path);
    if (isList(value))
      return value.map((item, index) => {
        const identity = isObject(item) ? blockIdentity(item) : undefined;
        const step = identity === undefined ? index : { identity };
        return this.mask(item, isList(marks) ? marks[index] : undefined, [...path, step]);
      });
    if (!isObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [
        maskName(key),
        this.mask(item, isObject(marks) ? property(marks, key) : undefined, [...path, key]),
      ]),
    );
  }

  private maskString(value: string, path: Path): JsonValue {
    if (exactDigits(value) !== undefined || value === '') return value;
    const name = nameOf(path);
    if (this.names.isSecret(name) && !isReference(value) && !CHOICE.test(value)) return SECRET;
    const embedded = parseEmbeddedJson(value);
    if (embedded !== undefined) {
      const masked = JSON.stringify(this.mask(embedded, undefined, path));
      return masked === JSON.stringify(embedded) ? this.maskText(value, name) : this.maskText(masked, name);
    }
    // Version 5 of the AWS provider keeps user data as its SHA-1.
    if (/^(?:user|custom)_data$/.test(name) && /^[0-9a-f]{40}$/.test(value)) return value;
    const decoded = decodeBase64Text(value);
    if (decoded !== undefined && this.maskText(decoded) !== decoded) return SECRET;
    return this.maskText(value, name);
  }
}

/** What an attribute such as the `authorization` of an API's method may be, and no secret is. */
const CHOICE =
  /^(?:NONE|AWS_IAM|CUSTOM|COGNITO_USER_POOLS|JWT|REQUEST|required|optional|enabled|disabled|true|false)$/i;

/** A configured expression without any text of its own, or an ARN, names a secret without holding it. */
function isReference(value: string): boolean {
  return /^(?:arn:aws[\w-]*:|\$\{(?:[^}"]|\["[\w.-]*"\])*\}$)/.test(value);
}

/** Keeps the shape and the names of what is hidden, but for a whole value that the schema marks. */
function hideLeaves(value: JsonValue, isWhole: boolean): JsonValue {
  if (value === null) return null;
  if (isWhole) return SECRET;
  if (isList(value)) return value.map((item) => hideLeaves(item, false));
  if (!isObject(value)) return SECRET;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, isLabel(value, key) ? item : hideLeaves(item, false)]),
  );
}

/** `name` or `key` of a pair with a value. */
function isLabel(block: JsonObject, key: string): boolean {
  return (
    /^(?:name|key|type|header|header_name)$/i.test(key) &&
    typeof block[key] === 'string' &&
    block[key].length <= 256
  );
}

function formsOf(secret: string): readonly string[] {
  const base64 = Buffer.from(secret).toString('base64');
  return [
    secret,
    secret.trim(),
    JSON.stringify(secret).slice(1, -1),
    encodeForm(secret),
    base64,
    base64.replace(/=+$/, ''),
  ];
}

function encodeForm(secret: string): string {
  try {
    return encodeURIComponent(secret);
  } catch {
    // Half of a surrogate pair has no such form.
    return secret;
  }
}
