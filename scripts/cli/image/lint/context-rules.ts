/** What in a build context should not be there, and which files cause builds although they never reach the image. */
import { readdirSync, readFileSync } from 'node:fs';
import { ContentHashes } from '../context/content-hashes';
import { ContextTree } from '../context/context-tree';
import { IgnorePatterns, readIgnoreFile } from '../context/ignore-patterns';
import { readIfThere } from '../files/atomic-file';
import type { ImageDefinition } from '../files/images-file';
import { ignoreFileOf } from '../key/build-contexts';
import type { ImageKey } from '../key/image-key';
import type { Finding } from './finding';

const SECRET =
  /(?:^|\/)(?:\.env(?:\.[\w-]+)?|\.npmrc|\.pypirc|\.netrc|id_(?:rsa|ed25519|ecdsa)|credentials\.json|[\w.-]+\.(?:pem|p12|pfx))$/;
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
  const folders = [''];
  for (let at = 0; at < folders.length && at < MAX_FOLDERS && waiting.size > 0; at++) {
    const folder = folders[at] ?? '';
    for (const entry of readdirSync(`${context}/${folder}`, { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      for (const pattern of patterns.matching(path)) waiting.delete(pattern);
      if (entry.isDirectory()) folders.push(path);
    }
  }
  if (folders.length >= MAX_FOLDERS) return [];
  return [...waiting]
    .filter((pattern) => !PRECAUTION.test(pattern))
    .map((pattern) => ({
      rule: 'ignore-pattern-useless',
      file,
      line: lineOf(file, pattern),
      message: `pattern ${JSON.stringify(pattern)} matches nothing here`,
      cure: 'patterns begin at the root of the context, unlike those of .gitignore: write **/NAME for any depth, or drop it',
    }));
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
      else if (SECRET.test(entry.path) && !HARMLESS.test(entry.path)) {
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

/** Files that a mount or a stage which is copied from takes: each edit builds, whether or not the image shows it. */
export function indirectFindings(image: ImageDefinition, key: ImageKey): readonly Finding[] {
  const indirect = new Map<string, { count: number; line: number | undefined }>();
  for (const { kind, group, line } of key.records) {
    if (kind !== 'file' || !group.startsWith('RUN ')) continue;
    const found = indirect.get(group) ?? { count: 0, line };
    indirect.set(group, { ...found, count: found.count + 1 });
  }
  return [...indirect].map(([group, { count, line }]) => ({
    rule: 'builds-without-reaching',
    file: image.dockerfile,
    line,
    message: `${count} files are seen by ${group} through a mount: an edit of any builds the image, although none is copied`,
    cure: 'mount only what the step reads',
  }));
}

function lineOf(file: string, pattern: string): number | undefined {
  const bare = pattern.replace(/^!/, '');
  const index = readFileSync(file, 'utf8')
    .split(/\r?\n/)
    .findIndex((line) => line.includes(bare));
  return index < 0 ? undefined : index + 1;
}
