/** What in a build context should not be there, and which files cause builds although they never reach the image. */
import { readdirSync, readFileSync } from 'node:fs';
import { ContentHashes } from '../context/content-hashes';
import { ContextTree, type FileEntry } from '../context/context-tree';
import { IgnorePatterns, readIgnoreFile } from '../context/ignore-patterns';
import { readIfThere } from '../files/atomic-file';
import type { ImageDefinition } from '../files/images-file';
import { ignoreFileOf } from '../key/build-contexts';
import type { ImageKey } from '../key/image-key';
import type { Finding } from './finding';

const SECRET =
  /(?:^|\/)(?:\.env(?:\.[\w-]+)?|\.npmrc|\.pypirc|\.netrc|id_(?:rsa|ed25519|ecdsa)|credentials\.json|[\w.-]+\.(?:pem|p12|pfx))$/;
/** Files that often hold none: what of their text makes one a secret. */
const SECRET_TEXT: readonly (readonly [name: RegExp, text: RegExp])[] = [
  [/\.pem$/, /PRIVATE KEY/],
  [/\.npmrc$/, /_(?:auth|authToken|password)\s*=\s*(?!\$\{)\S/],
];
const MAX_TEXT_BYTES = 1_000_000;
const HARMLESS = /\.(?:example|sample|template)$/;
const MAX_FOLDERS = 20_000;
/** What tools leave behind: patterns for it are right even before the first file is there. */
const PRECAUTION =
  /(?:^|\/)!?(?:\.git|\.?venv|\.warmpath|node_modules|__pycache__|\*\.py[co]|\.env\S*|\.DS_Store|dist|build|coverage|\.\w+_cache|\.idea|\.vscode|\*\.log)$/;

/** Findings about the ignore file and the files that it leaves. */
export function contextFindings(image: ImageDefinition): readonly Finding[] {
  const file = ignoreFileOf(image);
  const lines = readIgnoreFile(readIfThere(file) ?? '');
  const patterns = new IgnorePatterns(lines);
  const refused = patterns.bad.map(
    ({ pattern, reason }): Finding => ({
      rule: 'ignore-pattern-refused',
      file,
      line: lineOf(file, pattern),
      message: `pattern ${JSON.stringify(pattern)} is refused: ${reason}`,
      cure: 'correct it; the build fails with it',
    }),
  );
  if (refused.length > 0) return refused;
  return [...uselessPatterns(image, patterns, file), ...exposedFiles(image, patterns, file)];
}

function uselessPatterns(
  { context }: ImageDefinition,
  patterns: IgnorePatterns,
  file: string,
): readonly Finding[] {
  if (patterns.size === 0) return [];
  const waiting = new Set(patterns.texts());
  const anywhere = new Map(
    patterns
      .texts()
      .filter((text) => !/^!|\//.test(text))
      .map((text) => [text, new IgnorePatterns([`**/${text}`])]),
  );
  const deeper = new Set<string>();
  const folders = [''];
  for (let at = 0; at < folders.length && at < MAX_FOLDERS && waiting.size > 0; at++) {
    const folder = folders[at] ?? '';
    for (const entry of readdirSync(`${context}/${folder}`, { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      for (const pattern of patterns.matching(path)) waiting.delete(pattern);
      for (const [pattern, wider] of anywhere) {
        if (!wider.test(path).matched) continue;
        deeper.add(pattern);
        anywhere.delete(pattern);
      }
      if (entry.isDirectory()) folders.push(path);
    }
  }
  if (folders.length >= MAX_FOLDERS) return [];
  return [...waiting]
    .filter((pattern) => !PRECAUTION.test(pattern))
    .map((pattern) => ({
      rule: 'ignore-pattern-useless',
      // What is nowhere may come one day; what is elsewhere was meant.
      level: deeper.has(pattern) ? 'fault' : 'note',
      file,
      line: lineOf(file, pattern),
      message: `pattern ${JSON.stringify(pattern)} matches nothing here`,
      cure: 'patterns begin at the root of the context, unlike those of .gitignore: write **/NAME for any depth, or drop it',
    }));
}

/** Whether a file has the text of a secret, where its name alone does not tell. */
function hasSecretText(context: string, { sizeBytes, path }: FileEntry): boolean {
  const [, text] = SECRET_TEXT.find(([name]) => name.test(path)) ?? [];
  return (
    text === undefined || sizeBytes > MAX_TEXT_BYTES || text.test(readIfThere(`${context}/${path}`) ?? '')
  );
}

function exposedFiles(
  { context }: ImageDefinition,
  patterns: IgnorePatterns,
  file: string,
): readonly Finding[] {
  const tree = new ContextTree(context, patterns, new ContentHashes());
  const findings: Finding[] = [];
  let folders = 0;
  function visit(folder: string): void {
    if (++folders > MAX_FOLDERS) return;
    for (const entry of tree.list(folder)) {
      if (entry.path === '.git') {
        findings.push({
          rule: 'git-not-ignored',
          file,
          line: undefined,
          message: '.git is part of the context',
          cure: 'add .git to the ignore file',
        });
      } else if (entry.kind === 'folder') visit(entry.path);
      else if (
        entry.kind === 'file' &&
        SECRET.test(entry.path) &&
        !HARMLESS.test(entry.path) &&
        hasSecretText(context, entry)
      ) {
        findings.push({
          rule: 'secret-not-ignored',
          file,
          line: undefined,
          message: `${entry.path} looks like a secret and is part of the context`,
          cure: 'add it to the ignore file, and pass it with secrets',
        });
      }
    }
  }
  visit('');
  return findings;
}

/** Files that only mounts take, each of which builds the image at an edit although no instruction copies it. */
export function indirectFindings(image: ImageDefinition, key: ImageKey): readonly Finding[] {
  const files = key.records.filter(({ kind, fields }) => kind === 'file' && fields[1] === 'file');
  const copied = new Set(files.filter(({ group }) => !MOUNTED.test(group)).map(({ name }) => name));
  const mounted = new Map<number | undefined, Set<string>>();
  for (const { group, name, line } of files) {
    if (!MOUNTED.test(group) || copied.has(name)) continue;
    mounted.set(line, (mounted.get(line) ?? new Set()).add(name));
  }
  return [...mounted].map(([line, names]) => ({
    rule: 'builds-without-reaching',
    level: 'note',
    file: image.dockerfile,
    line,
    message: `${listed([...names])}: seen through a mount and never copied, so that an edit builds the image all the same`,
    cure: 'mount only what the step reads',
  }));
}

/** Groups of inputs that a RUN mounts; of several platforms each has its own. */
const MOUNTED = /^(?:\w+\/\S+ )?RUN /;
const NAMED = 3;

function listed(names: readonly string[]): string {
  const more = names.length - NAMED;
  return `${names.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function lineOf(file: string, pattern: string): number | undefined {
  const bare = pattern.replace(/^!/, '');
  const index = readFileSync(file, 'utf8')
    .split(/\r?\n/)
    .findIndex((line) => line.includes(bare));
  return index < 0 ? undefined : index + 1;
}
