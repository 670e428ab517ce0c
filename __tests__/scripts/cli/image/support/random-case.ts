/** Random build contexts, Dockerfiles, ignore files and edits from a seed: small, and dense in what builders treat in special ways. */
import type { BuildCase, Edit, ImageFields, Node } from './build-case';

/** What the engine's frontend understands. */
export interface Dialect {
  /** `COPY --parents` and `--exclude` (Dockerfile 1.20). */
  readonly parents: boolean;
}

class Chance {
  constructor(private state: number) {}

  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  of<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error('nothing to choose from');
    return item;
  }

  is(share: number): boolean {
    return this.next() < share;
  }
}

const FOLDERS = ['', 'a', 'b', 'a/b', 'a/c', 'lib', 'lib/c', 'b/b'];
const FILES = ['f.txt', 'g.py', 'x.md', 'README.md', 'keep', 'h.txt', '[a].txt', 'sp ace'];
const MODES = [0o644, 0o600, 0o755, 0o664, 0o4755];

function joined(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}

function randomFiles(chance: Chance): Node[] {
  const nodes = new Map<string, Node>();
  for (const folder of FOLDERS) {
    if (folder !== '' && chance.is(0.25)) continue;
    if (folder !== '')
      nodes.set(folder, { path: folder, folder: true, mode: chance.of([0o755, 0o755, 0o700]) });
    for (const name of FILES) {
      if (chance.is(0.6)) continue;
      const path = joined(folder, name);
      nodes.set(path, { path, content: `${path} ${chance.below(100)}\n`, mode: chance.of(MODES) });
    }
  }
  const paths = [...nodes.keys()];
  for (const name of ['link', 'a/link', 'lib/link']) {
    if (chance.is(0.5)) continue;
    const target = chance.of([...paths, '/a', '../a', 'b', 'f.txt', './lib', 'nowhere']);
    nodes.set(name, { path: name, link: target });
  }
  if (chance.is(0.3)) {
    const file = [...nodes.values()].find((node) => 'content' in node && node.path.startsWith('a/'));
    if (file) nodes.set('a/hard', { path: 'a/hard', hardLinkTo: file.path });
  }
  return [...nodes.values()];
}

const PATTERNS = [
  ...[
    '*.md',
    '**/*.py',
    'a',
    'a/*',
    '!a/f.txt',
    'b/**',
    '!b/b',
    '**/c',
    '/lib',
    'c/../a',
    ' a/f.txt ',
    'lib/',
    '[ab]',
  ],
  ...[
    '[^a]*',
    '!**/keep',
    '**',
    '*',
    '!lib',
    '!lib/c',
    'li?',
    '**/b',
    '!a',
    '# a',
    'a/b/',
    '!README.md',
    '**.txt',
    'a**',
  ],
  ...['!a/*', '*/g.py', './a/./b', 'link', '!*.txt', 'lib/**/f.txt', '**/f*', '!**/*.md', 'a/c/../b'],
];

function randomIgnore(chance: Chance): string {
  const count = chance.below(5);
  return Array.from({ length: count }, () => chance.of(PATTERNS)).join('\n');
}

function source(chance: Chance, files: readonly Node[]): string {
  const there = files.map(({ path }) => path).filter((path) => !/[ []/.test(path));
  const dangling = new Set(
    files.flatMap((node) => ('link' in node && !there.includes(node.link) ? [node.path] : [])),
  );
  const paths = there.filter((path) => !dangling.has(path));
  const spelled = ['a/', '/a', './a/b', 'lib/../a', 'link', 'a/link', 'a/b', 'lib', 'b'].filter((text) =>
    paths.includes(text.replace(/^\.?\/|\/$/g, '').replace('lib/../', '')),
  );
  const wild = ['*.txt', 'a/*', '*/f.txt', '[ab]', 'l*', '?', 'a*', '*/*', 'a/[fg]*', '[^l]*'];
  return chance.is(0.2) ? chance.of(wild) : chance.of([...paths, ...spelled, ...spelled, '.', './']);
}

function copyLine(chance: Chance, files: readonly Node[], dialect: Dialect, from: readonly string[]): string {
  const flags: string[] = [];
  if (from.length > 0 && chance.is(0.3)) flags.push(`--from=${chance.of(from)}`);
  if (chance.is(0.15))
    flags.push(`--chmod=${chance.of(['755', '600', '0644', ...(dialect.parents ? ['u+x', 'go-rwx'] : [])])}`);
  if (chance.is(0.1)) flags.push('--chown=1000:1000');
  if (chance.is(0.1)) flags.push('--link');
  if (dialect.parents && chance.is(0.15)) flags.push('--parents');
  if (dialect.parents && chance.is(0.15)) {
    flags.push(`--exclude=${chance.of(['*.md', '**/*.py', 'b', '**/f.txt', 'c/*', '!**/keep'])}`);
  }
  const keyword = flags.some((flag) => /--(?:from|parents)/.test(flag))
    ? 'COPY'
    : chance.of(['COPY', 'COPY', 'COPY', 'ADD']);
  const sources = Array.from({ length: chance.is(0.2) ? 2 : 1 }, () => source(chance, files));
  const spelled = sources.map((text) => (chance.is(0.1) ? text.replace(/^a(?=$|\/)/, '$' + '{DIR}') : text));
  return [keyword, ...flags, ...spelled, chance.of(['/d/', '/x/y/', 'rel/', '/d/sub/'])].join(' ');
}

function randomStage(
  chance: Chance,
  files: readonly Node[],
  dialect: Dialect,
  from: readonly string[],
): string[] {
  const lines: string[] = ['ARG DIR=a'];
  const count = 1 + chance.below(5);
  for (let index = 0; index < count; index++) {
    const which = chance.next();
    if (which < 0.62) lines.push(copyLine(chance, files, dialect, from));
    else if (which < 0.72) {
      const path = source(chance, files).replace(/[*?[].*$/, '');
      const target = chance.is(0.7) ? `,source=${path === '' ? 'a' : path}` : '';
      const command = chance.of(['cp -a /m /kept', 'ls -lRn /m | wc -l > /count', 'true']);
      lines.push(`RUN --mount=type=bind,target=/m${target} ${command}`);
    } else if (which < 0.77) lines.push(`RUN echo ${chance.of(['one', 'two', '$VERSION'])} > /ran`);
    else if (which < 0.81) lines.push(`ARG VERSION${chance.of(['', '=1', '=2'])}`);
    else if (which < 0.85) lines.push(`ENV DIR=${chance.of(['a', 'lib', 'b'])}`);
    else if (which < 0.88) lines.push(`WORKDIR ${chance.of(['/w', 'rel', '/w/x'])}`);
    else if (which < 0.92) lines.push(`COPY <<EOF /inline/\nsome $DIR text\nEOF`);
    else
      lines.push(
        chance.of(['LABEL a=b', 'CMD ["x"]', 'CMD x', 'EXPOSE 80', 'USER 5', 'STOPSIGNAL 9', 'VOLUME /v']),
      );
  }
  return lines;
}

function randomDockerfile(
  chance: Chance,
  files: readonly Node[],
  dialect: Dialect,
  contexts: readonly string[],
): string {
  const names: string[] = [];
  const lines: string[] = [];
  if (chance.is(0.2)) lines.push('ARG VERSION=7');
  const stages = 1 + chance.below(3);
  for (let index = 0; index < stages; index++) {
    const name = `s${index}`;
    const base = names.length > 0 && chance.is(0.3) ? chance.of(names) : 'base.test/busybox:1';
    lines.push(`FROM ${base} AS ${name}`);
    lines.push(
      ...randomStage(chance, files, dialect, [...names, ...names.map((n) => n.toUpperCase()), ...contexts]),
    );
    names.push(name);
  }
  return `${lines.join('\n')}\n`;
}

function randomEdit(
  chance: Chance,
  files: readonly Node[],
  index: number,
  dialect: Dialect,
): Edit | undefined {
  function inApp(node: Node) {
    return node.path.startsWith('app/');
  }
  const plain = files.filter(
    (node): node is Extract<Node, { content: string }> => 'content' in node && inApp(node),
  );
  const data = plain.filter(({ path }) => !/Dockerfile|dockerignore/.test(path));
  const dockerfile = plain.find(({ path }) => path === 'app/Dockerfile');
  const folders = files.filter((node) => 'folder' in node && inApp(node));
  const links = files.filter((node) => 'link' in node && inApp(node));
  const file = data.length > 0 ? chance.of(data) : undefined;
  if (!file || !dockerfile) return undefined;
  function name(kind: string, what: string) {
    return `${index} ${kind} ${what}`;
  }
  switch (chance.below(15)) {
    case 0:
      return { name: name('content', file.path), write: [{ ...file, content: `${file.content}more\n` }] };
    case 1: {
      const content = file.content.replace(/^./, 'Z');
      return { name: name('same size', file.path), write: [{ ...file, content }] };
    }
    case 2:
      return { name: name('mode', file.path), chmod: { [file.path]: chance.of(MODES) } };
    case 3:
      return { name: name('remove', file.path), remove: [file.path] };
    case 4: {
      const path = joined(
        `app/${chance.of(FOLDERS)}`.replace(/\/$/, ''),
        chance.of(['new.txt', 'new.py', 'n', 'keep', 'f.txt']),
      );
      return { name: name('add', path), write: [{ path, content: 'new\n' }] };
    }
    case 5: {
      const path = file.path.replace(/[^/]+$/, chance.of(['renamed.txt', 'r.py', 'z']));
      return {
        name: name('rename', `${file.path} ${path}`),
        remove: [file.path],
        write: [{ ...file, path }],
      };
    }
    case 6:
      return { name: name('touch', file.path), touch: [file.path] };
    case 7:
      return folders.length === 0
        ? undefined
        : {
            name: name('folder mode', chance.of(folders).path),
            chmod: { [chance.of(folders).path]: chance.of([0o700, 0o755, 0o775]) },
          };
    case 8: {
      const path = joined(`app/${chance.of(FOLDERS)}`.replace(/\/$/, ''), 'empty');
      return { name: name('empty folder', path), write: [{ path, folder: true }] };
    }
    case 9: {
      if (links.length === 0) return undefined;
      const link = chance.of(links);
      return {
        name: name('link', link.path),
        write: [{ path: link.path, link: chance.of(['a', 'f.txt', 'lib', '../b', 'b']) }],
      };
    }
    case 10: {
      const lines = dockerfile.content.split('\n');
      const at = 1 + chance.below(lines.length);
      const added = chance.of([
        '# comment',
        'LABEL x=y',
        'ENV NEW=1',
        'ARG LATE=2',
        ...(chance.is(0.6)
          ? [
              copyLine(
                chance,
                data.map((node) => ({ ...node, path: node.path.slice(4) })),
                dialect,
                [],
              ),
            ]
          : ['RUN true']),
      ]);
      return {
        name: name('line', added),
        write: [{ ...dockerfile, content: [...lines.slice(0, at), added, ...lines.slice(at)].join('\n') }],
      };
    }
    case 11: {
      const lines = dockerfile.content.split('\n');
      const at = 1 + chance.below(Math.max(1, lines.length - 1));
      return {
        name: name('drop line', lines[at] ?? ''),
        write: [{ ...dockerfile, content: lines.filter((_, position) => position !== at).join('\n') }],
      };
    }
    case 12:
      return {
        name: name('arg', 'VERSION'),
        image: { args: { VERSION: chance.of(['1', '9']), ...(chance.is(0.3) && { DIR: 'lib' }) } },
      };
    case 13:
      return {
        name: name('ignore', 'file'),
        write: [{ path: 'app/.dockerignore', content: `${randomIgnore(chance)}\n` }],
      };
    default: {
      const [other] = data.filter(({ path }) => path !== file.path && path.startsWith('app/a/'));
      if (!other || !file.path.startsWith('app/a/')) return undefined;
      return { name: name('hard link', file.path), write: [{ path: other.path, hardLinkTo: file.path }] };
    }
  }
}

/** A case whose edits each differ from it by one thing. */
export function randomCase(seed: number, edits: number, dialect: Dialect): BuildCase {
  const chance = new Chance(seed);
  const own = randomFiles(chance);
  const contexts = chance.is(0.3) ? ['side'] : [];
  const side: Node[] = contexts.length === 0 ? [] : randomFiles(chance);
  const files: Node[] = [
    ...own.map((node) => below('app', node)),
    ...side.map((node) => below('side', node)),
    { path: 'app/Dockerfile', content: randomDockerfile(chance, own, dialect, contexts) },
  ];
  if (chance.is(0.7)) files.push({ path: 'app/.dockerignore', content: `${randomIgnore(chance)}\n` });
  if (chance.is(0.1))
    files.push({
      path: 'app/Dockerfile.dockerignore',
      content: chance.of(['', '\n', `${randomIgnore(chance)}\n`]),
    });
  if (side.length > 0 && chance.is(0.3))
    files.push({ path: 'side/.dockerignore', content: `${randomIgnore(chance)}\n` });
  const image: ImageFields = contexts.length > 0 ? { contexts: { side: 'side' } } : {};
  const made: Edit[] = [];
  for (let index = 0; made.length < edits && index < edits * 4; index++) {
    const edit = randomEdit(chance, files, index, dialect);
    if (edit) made.push({ ...edit, image: { ...image, ...edit.image } });
  }
  return { name: `seed ${seed}`, files, image, edits: made };
}

function below(folder: string, node: Node): Node {
  const path = `${folder}/${node.path}`;
  return 'hardLinkTo' in node ? { path, hardLinkTo: `${folder}/${node.hardLinkTo}` } : { ...node, path };
}
