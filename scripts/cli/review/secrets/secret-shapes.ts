/** What stands in place of a secret. */
export const SECRET = '(sensitive)';

/** Formats that only secrets have. A part in a first group stays: it tells what was there. */
const FORMATS: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY(?: BLOCK)?-----|$)/g,
  /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b/g,
  /\bgh[oprsu]_[A-Za-z0-9]{20,}\b/g,
  /\bgithub_pat_\w{20,}\b/g,
  /\bgl(?:pat|ptt|dt|rt|soat|cbt)-[\w-]{15,}/g,
  /\bxox[abeoprs]-[\w-]{10,}/g,
  /\b(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{10,}\b/g,
  /\bsk-(?:ant-|proj-)?[\w-]{20,}/g,
  /\bAIza[\w-]{30,}/g,
  /\bnpm_[A-Za-z0-9]{30,}\b/g,
  /\bpypi-[\w-]{30,}/g,
  /\bhv[sbr]\.[\w-]{20,}/g,
  /\b[A-Za-z0-9]{14}\.atlasv1\.[\w-]{40,}/g,
  /\bSG\.[\w-]{16,}\.[\w-]{16,}/g,
  /\bdop_v1_[0-9a-f]{40,}/g,
  /\bAGE-SECRET-KEY-1[A-Z0-9]{20,}/g,
  /\b(?:dckr_pat|lin_api|glsa|hf|dop|doo|pul|rubygems|sbp|whsec|ops|figd|sntrys|dp\.(?:pt|st|ct))_[\w-]{20,}/g,
  /\bshp(?:at|ca|pa|ss)_[0-9a-f]{32}\b/g,
  /\b(?:NRAK|PMAK)-[\w-]{20,}/g,
  /\bdapi[0-9a-f]{32}\b/g,
  /\bya29\.[\w-]{20,}/g,
  /\bv1\.0-[0-9a-f]{20,}-[0-9a-f]+\b/g,
  /\b\d{8,10}:AA[\w-]{30,}/g,
  /\$(?:apr1|1|2[abxy]|5|6|7|y|argon2\w*)\$[\w./$=,+-]{10,}/g,
  /\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g,
  /\b(https:\/\/hooks\.slack\.com\/(?:services|workflows)\/)[\w/]+/g,
  /\b(https:\/\/(?:\w+\.)?discord(?:app)?\.com\/api\/webhooks\/)[\w/-]+/g,
  /\b(https:\/\/[\w.-]+\.webhook\.office\.com\/webhookb2\/)[\w@/-]+/g,
  /\b(https:\/\/events\.(?:eu\.)?pagerduty\.com\/integration\/)\w+/g,
  /((?:^|\s)--?(?:[a-z]+-)*(?:password|passwd|passphrase|pass|token|secret|api-?key|access-?key|private-?key)(?:=|\s+))(?![-$\s])(?:"[^"\n]*"|'[^'\n]*'|[^\s'"]+)/gi,
  /(\b(?:mysql|mysqldump|mariadb|sshpass)\b[^\n|;&]*?\s-p)(?![\s$])[^\s'"]+/g,
  /(\bsshpass\s+-p\s+)(?!\$)[^\s]+/g,
  /(\b(?:curl|wget|http)\b[^\n|;&]*?\s(?:-u|--user)[\s=]+["']?[^\s:"'$]+:)[^\s"']+/g,
  /(\b(?:machine\s+\S+|default)\s+login\s+\S+\s+password\s+)\S+/g,
  /((?:^|\s)[\w.*-]+:(?:\d{4,5}|\*):[\w*-]+:[\w*-]+:)[^\s:]+/g,
  /(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@'"]*:)[^\s/@'"]+(?=@)/gi,
  /(\b(?:Bearer|Basic)\s+)(?=[\w.~+/=-]*[\d=])[\w.~+/=-]{8,}/gi,
  /([?&](?:sig|signature|token|access_token|api_key|apikey|key|password|X-Amz-Signature|X-Amz-Security-Token)=)[^&\s'"]+/gi,
  /((?:^|[;\s"'])(?:Password|Pwd|AccountKey|SharedAccessKey|SharedSecretValue|User Password)\s*=\s*)[^;\s"']+/gi,
];

/** `export API_TOKEN=…`, `"password": "…"`, `--db-password …` in scripts and configuration texts. */
const ASSIGNMENT =
  /((?:^|[^A-Za-z0-9])[A-Za-z0-9_.-]*(?:passw(?:or)?d|passphrase|secret|token|api[_-]?key|private[_-]?key|access[_-]?key|credentials?|auth[_-]?key|dsn|connection[_-]?string|(?<![A-Za-z])pass(?![A-Za-z])|(?<![A-Za-z])pwd)[A-Za-z0-9_]*\\?["']?(?:\s*[=:]\s*|\s*:?=>\s*|\s+(?=["'])))(\\?"(?:[^"\\\n]|\\[^"\n])*\\?"|'[^'\n]*'|(?:\$\{[^}\n]*\}|[^\s"',;)}\]])+)/gi;

/**
 * A part that every format and every assignment has: most texts have none, and are looked at once. Written by first letters,
 * which the engine tries in half the time that one alternative a format takes.
 */
const HINT =
  /a(?:kia|sia|bia|cca|iza|tlasv1|ge-)|b(?:egin|earer|asic)|c(?:redential|onnection)|d(?:op_v1|ckr_|o[op]_|p\.|api|iscord|sn)|eyj|figd_|g(?:h[oprsu]_|ithub_pat_|l[a-z]{2,4}-|lsa_)|h(?:v[sbr]\.|f_|ooks\.slack)|key|l(?:in_api_|ogin)|n(?:pm_|rak)|ops_|p(?:k_|ypi-|ul_|mak|agerduty|ass|wd)|r(?:k_|ubygems_)|s(?:k[_-]|g\.|bp_|ntrys_|hp|ecret|hared)|token|v1\.0-|w(?:hsec_|ebhook)|xox|ya29|\s-[pu]|--user|:(?:aa|\/\/|\d{4})|\$(?:apr|\d|y|argon)|[?&]/i;

/** An expression that names a value without holding it. No shell has a variable with a dot in its name. */
const REFERENCE = /^\\?["']?\$\{(?:data\.)?[a-z]\w*(?:\.[\w-]+)+\}\\?["']?$/;

/** What stands before the name of a resource in its address. */
const TYPE_BEFORE_NAME = /(?:^|[^\w.-])(?:data\.)?aws_[a-z0-9_]+\.$/;

/** The same within an expression, where types of any provider, locals and variables stand. */
const EXPRESSION_BEFORE_NAME =
  /(?:^|[^\w.-])(?:data\.)?(?:local|var|module|[a-z][a-z0-9]*(?:_[a-z0-9]+)+)\.$/;

/** What an assignment gives without giving a secret away: a reference, a number, a switch, an ARN. */
const HARMLESS =
  /^\\?["']?(?:\$\{?[\w.[\]"]+\}?|\$\(.*|`.*|true|false|null|none|\d{1,5}|arn:[\w:/.*@+=,-]+|https?:\/\/[^\s@?]+|\(sensitive\)|string|file:.*|\/[\w./-]+)?\\?["']?$/i;

const TOKEN = /(?<![A-Za-z0-9+/_=-])[A-Za-z0-9+/_=-]{20,}(?![A-Za-z0-9+/_=-])/g;
const MIN_TOKEN_LENGTH = 20;

/** Which of the ASCII characters are part of a token. */
const IS_TOKEN_PART = Uint8Array.from({ length: 128 }, (_, code) =>
  /[A-Za-z0-9+/_=-]/.test(String.fromCharCode(code)) ? 1 : 0,
);

/** Returns whether the text has a word as long as a token, in steps of that length where it has none. */
function hasLongWord(text: string): boolean {
  let end = MIN_TOKEN_LENGTH - 1;
  while (end < text.length) {
    let at = end;
    while (at > end - MIN_TOKEN_LENGTH && IS_TOKEN_PART[text.charCodeAt(at)] === 1) at -= 1;
    if (at === end - MIN_TOKEN_LENGTH) return true;
    end = at + MIN_TOKEN_LENGTH;
  }
  return false;
}

/** Names of attributes and their paths come again with every resource. */
const maskedNames = new Map<string, string>();
const MAX_NAMES = 10_000;
const MAX_NAME_LENGTH = 100;

/** As {@link maskTokens}, for names and paths, which are few. */
export function maskName(name: string): string {
  const known = maskedNames.get(name);
  if (known !== undefined) return known;
  const masked = maskTokens(name);
  if (name.length <= MAX_NAME_LENGTH && maskedNames.size < MAX_NAMES) maskedNames.set(name, masked);
  return masked;
}

/** Returns the text with every token and key replaced that only secrets look like; assignments stay. */
export function maskTokens(text: string): string {
  if (!HINT.test(text)) return text;
  let masked = text;
  for (const format of FORMATS)
    masked = masked.replace(format, (whole: string, kept: unknown) => {
      if (typeof kept !== 'string') return SECRET;
      return REFERENCE.test(whole.slice(kept.length)) ? whole : kept + SECRET;
    });
  return masked;
}

/** Returns the text with every part that has the form of a secret replaced. */
export function maskFormats(text: string): string {
  if (!HINT.test(text)) return text;
  return maskTokens(text).replace(ASSIGNMENT, (whole, name: string, value: string) =>
    HARMLESS.test(value) || REFERENCE.test(value) ? whole : name + SECRET,
  );
}

/** Returns the text with every word replaced that is as random as keys are. Digests with their algorithm before them stay. */
export function maskRandom(text: string): string {
  if (!hasLongWord(text)) return text;
  return text.replace(TOKEN, (token, offset: number) => {
    const before = text.slice(Math.max(0, offset - 100), offset);
    if (
      isNameInAddress(before) ||
      isChecksum(token, text.slice(offset + token.length, offset + token.length + 3))
    )
      return token;
    return /(?:sha\d+[:@]|md5:|arn:\S*)$/i.test(before) || !isRandom(token) ? token : SECRET;
  });
}

/** A line as `sha256sum --check` reads it: the digest, two spaces or a space and a star, and the file. */
function isChecksum(token: string, after: string): boolean {
  return (
    /^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{128})$/.test(token) && /^ [ *][\w./]/.test(after)
  );
}

/** cdktf ends names with a hash, which is as random as a key. */
function isNameInAddress(before: string): boolean {
  if (!before.endsWith('.')) return false;
  const isExpression = before.lastIndexOf('${') > before.lastIndexOf('}');
  return TYPE_BEFORE_NAME.test(before) || (isExpression && EXPRESSION_BEFORE_NAME.test(before));
}

/** Returns whether a word has at least the entropy of a generated key. */
function isRandom(token: string): boolean {
  if (/^sha(?:256|384|512)-/.test(token)) return false;
  if (/^[0-9a-f]{32,}$/i.test(token)) return entropyBits(token) > 3;
  // A path is as random as one of its parts; base64 of a key has a slash or two as well.
  const parts = token.split('/');
  if (token.startsWith('/') || parts.length > 4)
    return parts.some((part) => part.length >= 24 && isRandom(part));
  // Names made of words and numbers: in a generated key, letters and digits are mixed.
  const words = token.split(/[/_=+-]/).filter((part) => part !== '');
  if (words.length > 1 && words.every((word) => /^(?:[A-Za-z]+|\d+)$/.test(word))) return false;
  if (words.some(isRandomWord)) return true;
  const classes = [/[a-z]/, /[A-Z]/, /\d/].filter((kind) => kind.test(token)).length;
  const digits = token.match(/\d/g)?.length ?? 0;
  // A secret key of AWS has 40 characters, and now and then a single digit.
  const isLongEnough = (digits >= 2 && token.length >= 24) || (digits >= 1 && token.length >= 40);
  return classes === 3 && isLongEnough && entropyBits(token) > 3.9;
}

/**
 * Keys of one case, such as those of Azure DevOps, have letters and digits in one word that is longer than any name. Behind a
 * name, hexadecimal digits are a digest: builds name files by what is in them.
 */
function isRandomWord(word: string): boolean {
  if (/^[0-9a-f]+$/i.test(word)) return false;
  if (word.length < 32 || !/^(?:[a-z\d]+|[A-Z\d]+)$/.test(word)) return false;
  return (word.match(/\d/g)?.length ?? 0) >= 3 && /[A-Za-z]/.test(word) && entropyBits(word) > 3.9;
}

/** Shannon entropy of an ASCII text in bits a character. */
function entropyBits(text: string): number {
  const counts = new Uint32Array(128);
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    counts[code] = (counts[code] ?? 0) + 1;
  }
  let bits = 0;
  for (const count of counts) if (count > 0) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}
