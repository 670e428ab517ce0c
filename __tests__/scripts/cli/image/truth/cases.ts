/** Contexts of every kind that builders treat in a special way, each with edits that differ by one thing. */
import type { BuildCase, Edit, Node } from '../support/build-case';

function file(path: string, content = `${path}\n`, mode = 0o644): Node {
  return { path: `app/${path}`, content, mode };
}

function link(path: string, target: string): Node {
  return { path: `app/${path}`, link: target };
}

function folder(path: string, mode = 0o755): Node {
  return { path: `app/${path}`, folder: true, mode };
}

/** Edits that every file can have. */
function editsOf(path: string): Edit[] {
  const at = `app/${path}`;
  return [
    { name: `${path}: content`, write: [file(path, `${path} edited\n`)] },
    { name: `${path}: same size`, write: [file(path, `${path.replace(/./g, 'Z')}\n`)] },
    { name: `${path}: mode`, chmod: { [at]: 0o755 } },
    { name: `${path}: touched`, touch: [at] },
    { name: `${path}: removed`, remove: [at] },
    { name: `${path}: renamed`, remove: [at], write: [file(`${path}.moved`, `${path}\n`)] },
  ];
}

function dockerfile(...lines: readonly string[]): Node {
  return file('Dockerfile', `${lines.join('\n')}\n`);
}

/** One edit for each other Dockerfile. */
function rewritten(
  base: readonly string[],
  changes: Readonly<Record<string, (lines: string[]) => string[]>>,
): Edit[] {
  return Object.entries(changes).map(([name, change]) => ({
    name: `Dockerfile: ${name}`,
    write: [dockerfile(...change([...base]))],
  }));
}

function replaced(from: string, to: string) {
  return (lines: string[]): string[] => lines.map((line) => line.replace(from, to));
}

function inserted(at: number, ...added: readonly string[]) {
  return (lines: string[]): string[] => [...lines.slice(0, at), ...added, ...lines.slice(at)];
}

const BASE = 'base.test/busybox:1';

const SERVICE = [
  'ARG VERSION=1',
  `FROM ${BASE} AS deps`,
  'WORKDIR /deps',
  'COPY package.json lock.json ./',
  'RUN --network=none cat package.json lock.json > installed',
  `FROM ${BASE} AS test`,
  'COPY . /all',
  `FROM ${BASE} AS assets`,
  'ARG THEME=dark',
  'COPY assets/ /in/',
  'RUN --network=none mkdir /out && cat /in/*.css > /out/all.css && echo $THEME >> /out/all.css',
  `FROM ${BASE} AS runtime`,
  'ARG VERSION',
  'ENV PORT=80',
  'WORKDIR /app',
  'COPY --from=deps /deps/installed .',
  'COPY --from=assets /out/ static/',
  'COPY src/ src/',
  'COPY *.cfg conf/',
  'EXPOSE 80',
  'LABEL team=warm',
  'CMD ["run"]',
];

const service: BuildCase = {
  name: 'service of several stages',
  files: [
    dockerfile(...SERVICE),
    file('.dockerignore', '*.md\n**/*.pyc\ntests\nsrc/secret*\n!src/secret-kept\n'),
    ...[
      'package.json',
      'lock.json',
      'src/main.py',
      'src/lib/util.py',
      'src/secret-key',
      'src/secret-kept',
    ].map((path) => file(path)),
    ...[
      'assets/a.css',
      'assets/b.css',
      'one.cfg',
      'two.cfg',
      'README.md',
      'tests/t.py',
      'src/x.pyc',
      'notes.txt',
    ].map((path) => file(path)),
    folder('src/empty'),
  ],
  edits: [
    ...[
      'package.json',
      'src/main.py',
      'src/lib/util.py',
      'assets/a.css',
      'one.cfg',
      'README.md',
      'tests/t.py',
      'notes.txt',
    ].flatMap(editsOf),
    ...['src/secret-key', 'src/secret-kept', 'src/x.pyc'].flatMap((path) => editsOf(path).slice(0, 1)),
    { name: 'a new file in a copied folder', write: [file('src/new.py')] },
    { name: 'a new file that a wildcard matches', write: [file('three.cfg')] },
    { name: 'a new file that nothing takes', write: [file('four.txt')] },
    { name: 'an empty folder is gone', remove: ['app/src/empty'] },
    { name: 'a new empty folder', write: [folder('src/void')] },
    { name: 'mode of a folder below the copied one', chmod: { 'app/src/lib': 0o700 } },
    { name: 'mode of the copied folder', chmod: { 'app/src': 0o700 } },
    {
      name: 'ignore: a comment',
      write: [file('.dockerignore', '# why\n*.md\n**/*.pyc\ntests\nsrc/secret*\n!src/secret-kept\n')],
    },
    { name: 'ignore: a file that is taken', write: [file('.dockerignore', '*.md\n**/*.pyc\nsrc/main.py\n')] },
    { name: 'ignore: gone', remove: ['app/.dockerignore'] },
    { name: 'arg: VERSION of the final stage', image: { args: { VERSION: '2' } } },
    { name: 'arg: THEME of a stage that is copied from', image: { args: { THEME: 'light' } } },
    { name: 'arg: one that is declared nowhere', image: { args: { OTHER: 'x' } } },
    { name: 'arg: VERSION as its default', image: { args: { VERSION: '1' } } },
    { name: 'target: another stage', image: { target: 'deps' } },
    { name: 'target: the last stage by name', image: { target: 'runtime' } },
    { name: 'base: moved', bases: { [BASE]: 'busybox-2' } },
    ...rewritten(SERVICE, {
      'a comment': inserted(3, '# comment'),
      'a blank line': inserted(3, ''),
      'lower case': replaced('COPY src/', 'copy src/'),
      'a stage renamed': (lines) =>
        lines.map((line) =>
          line.replace(/\bdeps\b(?=$)/, 'modules').replace('--from=deps', '--from=modules'),
        ),
      'stage name in upper case': replaced('--from=deps', '--from=DEPS'),
      'stage by number': replaced('--from=deps', '--from=0'),
      'a line continued': replaced(
        'RUN --network=none mkdir /out &&',
        'RUN --network=none mkdir /out \\\n  # why\n &&',
      ),
      'blanks in a RUN': replaced('mkdir /out &&', 'mkdir  /out &&'),
      'an unused stage edited': replaced('COPY . /all', 'COPY . /other'),
      'a stage dropped': (lines) => lines.filter((_, index) => index !== 5 && index !== 6),
      label: replaced('team=warm', 'team=cold'),
      quotes: replaced('team=warm', 'team="warm"'),
      'port with protocol': replaced('EXPOSE 80', 'EXPOSE 80/tcp'),
      'another port': replaced('EXPOSE 80', 'EXPOSE 81'),
      'JSON with blanks': replaced('["run"]', '[ "run" ]'),
      'shell form': replaced('["run"]', 'run'),
      env: replaced('PORT=80', 'PORT=81'),
      'env in the old form': replaced('ENV PORT=80', 'ENV PORT 80'),
      'label of a stage that is copied from': inserted(4, 'LABEL x=y'),
      'env of a stage that is copied from': inserted(10, 'ENV LATE=1'),
      user: inserted(20, 'USER 1000'),
      chown: replaced('COPY src/', 'COPY --chown=5:5 src/'),
      chmod: replaced('COPY src/', 'COPY --chmod=700 src/'),
      link: replaced('COPY src/', 'COPY --link src/'),
      'order of copies': (lines) => [
        ...lines.slice(0, 17),
        lines[18] ?? '',
        lines[17] ?? '',
        ...lines.slice(19),
      ],
      'source with a dot': replaced('COPY package.json', 'COPY ./package.json'),
      volume: inserted(20, 'VOLUME /data'),
      'health check': inserted(20, 'HEALTHCHECK CMD true'),
      'stop signal': inserted(20, 'STOPSIGNAL 9'),
      'syntax line': inserted(0, '# check=skip=all'),
    }),
  ],
};

const LINKS = [
  'FROM scratch',
  'COPY current /one/',
  'COPY dir /two/',
  'COPY to-dir /three/',
  'COPY through/f.txt /four/',
  'COPY l* /five/',
];
const links: BuildCase = {
  name: 'links',
  files: [
    dockerfile(...LINKS),
    ...['v1.txt', 'v2.txt', 'real/f.txt', 'real/sub/g.txt', 'other/f.txt', 'dir/h.txt'].map((path) =>
      file(path),
    ),
    link('current', 'v1.txt'),
    link('dir/inner', '../v1.txt'),
    link('dir/broken', 'nowhere'),
    link('to-dir', 'real'),
    link('through', '/real'),
    link('lnk', 'real/sub/g.txt'),
  ],
  edits: [
    ...['v1.txt', 'v2.txt', 'real/f.txt', 'real/sub/g.txt', 'other/f.txt'].flatMap((path) =>
      editsOf(path).slice(0, 4),
    ),
    { name: 'a copied link leads elsewhere', write: [link('current', 'v2.txt')] },
    { name: 'a copied link is a file now', remove: ['app/current'], write: [file('current', 'v1.txt\n')] },
    { name: 'a link in a copied folder leads elsewhere', write: [link('dir/inner', '../v2.txt')] },
    { name: 'a broken link in a copied folder leads elsewhere', write: [link('dir/broken', 'gone')] },
    { name: 'a link to a folder leads elsewhere', write: [link('to-dir', 'other')] },
    { name: 'a link on the way leads elsewhere', write: [link('through', '/other')] },
    { name: 'a link is spelled in another way', write: [link('current', './v1.txt')] },
    {
      name: 'a link in a copied folder is spelled in another way',
      write: [link('dir/inner', '.././v1.txt')],
    },
    { name: 'mode of the target of a link', chmod: { 'app/v1.txt': 0o600 } },
    { name: 'mode of a folder that a link leads to', chmod: { 'app/real': 0o700 } },
    { name: 'mode of a folder below one that a link leads to', chmod: { 'app/real/sub': 0o700 } },
  ],
};

const HEREDOCS = [
  `FROM ${BASE}`,
  'ARG WHO=world',
  'RUN --network=none <<EOF',
  'echo hello > /greeting',
  'EOF',
  'COPY <<EOF <<"RAW" /files/',
  'expanded $WHO',
  'EOF',
  'raw $WHO',
  'RAW',
  'COPY <<-TABS /tabs',
  '\tindented',
  'TABS',
  'COPY a.txt /files/',
];
const heredocs: BuildCase = {
  name: 'here-documents',
  files: [dockerfile(...HEREDOCS), file('a.txt'), file('b.txt')],
  edits: [
    ...editsOf('a.txt').slice(0, 4),
    ...editsOf('b.txt').slice(0, 2),
    { name: 'arg in an expanded document', image: { args: { WHO: 'all' } } },
    ...rewritten(HEREDOCS, {
      'a script': replaced('echo hello', 'echo hallo'),
      'an expanded document': replaced('expanded', 'Expanded'),
      'a raw document': replaced('raw $WHO', 'RAW $WHO'),
      'blanks before a tabbed document': replaced('\tindented', '\t\tindented'),
      'a comment in a script': inserted(3, '# said'),
      'a blank line in a document': inserted(7, ''),
      'a raw document expanded': replaced('"RAW"', 'RAW'),
      'another file name': (lines) => lines.map((line) => line.replace(/\bRAW\b/, 'CRUDE')),
    }),
  ],
};

const ONBUILD_BASE = 'base.test/onbuild:1';
const ONBUILD = [
  `FROM ${ONBUILD_BASE} AS first`,
  'COPY own.txt /',
  'ONBUILD COPY late.txt /late/',
  'FROM first',
  'COPY more.txt /',
];
const onbuild: BuildCase = {
  name: 'triggers of ONBUILD',
  files: [
    dockerfile(...ONBUILD),
    ...['own.txt', 'late.txt', 'more.txt', 'triggered/a.txt', 'unused.txt'].map((path) => file(path)),
  ],
  edits: [
    ...['own.txt', 'late.txt', 'more.txt', 'triggered/a.txt', 'unused.txt'].flatMap((path) =>
      editsOf(path).slice(0, 4),
    ),
    { name: 'a new file for a trigger', write: [file('triggered/b.txt')] },
    { name: 'target: the stage that has the trigger', image: { target: 'first' } },
    ...rewritten(ONBUILD, {
      'another trigger': replaced('/late/', '/later/'),
      'no trigger': (lines) => lines.filter((line) => !line.startsWith('ONBUILD')),
    }),
  ],
};

const OWN_IGNORE = ['FROM scratch', 'COPY . /'];
const ownIgnore: BuildCase = {
  name: 'an ignore file beside the Dockerfile',
  files: [
    { path: 'app/docker/api.Dockerfile', content: `${OWN_IGNORE.join('\n')}\n` },
    { path: 'app/docker/api.Dockerfile.dockerignore', content: '**\n!src\nsrc/*.log\n!**/keep.log\n' },
    file('.dockerignore', 'src\n'),
    ...[
      'src/a.txt',
      'src/b.log',
      'src/keep.log',
      'src/sub/c.txt',
      'other/keep.log',
      'other/d.txt',
      'top.txt',
    ].map((path) => file(path)),
  ],
  image: { dockerfile: 'app/docker/api.Dockerfile' },
  edits: [
    ...[
      'src/a.txt',
      'src/b.log',
      'src/keep.log',
      'src/sub/c.txt',
      'other/keep.log',
      'other/d.txt',
      'top.txt',
    ].flatMap((path) => editsOf(path).slice(0, 3)),
    { name: 'the file of the root, which is replaced', write: [file('.dockerignore', 'other\n')] },
    {
      name: 'its own: one more pattern',
      write: [{ path: 'app/docker/api.Dockerfile.dockerignore', content: '**\n!src\nsrc/*.log\nsrc/sub\n' }],
    },
    { name: 'its own: empty', write: [{ path: 'app/docker/api.Dockerfile.dockerignore', content: '' }] },
    { name: 'its own: gone', remove: ['app/docker/api.Dockerfile.dockerignore'] },
    { name: 'mode of a folder with one file left', chmod: { 'app/other': 0o700 } },
    { name: 'mode of a folder below', chmod: { 'app/src/sub': 0o700 } },
  ],
};

const NAMED = [
  `FROM ${BASE} AS build`,
  'COPY --from=shared lib/ /lib/',
  'RUN --network=none --mount=type=bind,from=shared,source=data,target=/data cat /data/*.txt > /sum',
  'FROM scratch',
  'COPY --from=build /sum /',
  'COPY --from=build /lib /lib/',
  'COPY a.txt /',
];
const named: BuildCase = {
  name: 'named contexts',
  files: [
    dockerfile(...NAMED),
    file('a.txt'),
    ...['lib/x.txt', 'lib/y.md', 'data/n.txt', 'data/sub/m.txt', 'unused.txt'].map(
      (path): Node => ({ path: `shared/${path}`, content: `${path}\n` }),
    ),
    { path: 'shared/.dockerignore', content: '**/*.md\n' },
    { path: 'instead/sum', content: 'given\n' },
    { path: 'instead/lib/z.txt', content: 'z\n' },
  ],
  image: { contexts: { shared: 'shared' } },
  edits: [
    ...editsOf('a.txt').slice(0, 4),
    ...['lib/x.txt', 'lib/y.md', 'data/n.txt', 'data/sub/m.txt', 'unused.txt'].flatMap((path): Edit[] => [
      { name: `shared ${path}: content`, write: [{ path: `shared/${path}`, content: 'edited\n' }] },
      { name: `shared ${path}: mode`, chmod: { [`shared/${path}`]: 0o755 } },
    ]),
    { name: 'ignore file of the named context', write: [{ path: 'shared/.dockerignore', content: '' }] },
    { name: 'a context in place of a stage', image: { contexts: { shared: 'shared', build: 'instead' } } },
    { name: 'a context that nothing names', image: { contexts: { shared: 'shared', nobody: 'instead' } } },
    {
      name: 'a context in place of the base',
      image: { contexts: { shared: 'shared', [BASE]: 'docker-image://base.test/busybox:2' } },
    },
  ],
};

const PARENTS = [
  'FROM scratch',
  'COPY --parents src/*/main.py /p/',
  'COPY --parents pkg/./a/deep.txt /q/',
  'COPY --exclude=*.md --exclude=**/skip docs/ /docs/',
];
const parents: BuildCase = {
  name: 'COPY with --parents and --exclude',
  files: [
    dockerfile(...PARENTS),
    ...[
      'src/a/main.py',
      'src/b/main.py',
      'src/a/other.py',
      'pkg/a/deep.txt',
      'pkg/b.txt',
      'docs/i.txt',
      'docs/r.md',
      'docs/sub/s.md',
    ].map((path) => file(path)),
    ...['docs/sub/skip/t.txt', 'docs/sub/kept.txt'].map((path) => file(path)),
  ],
  edits: [
    ...[
      'src/a/main.py',
      'src/a/other.py',
      'pkg/a/deep.txt',
      'pkg/b.txt',
      'docs/i.txt',
      'docs/r.md',
      'docs/sub/s.md',
      'docs/sub/skip/t.txt',
    ].flatMap((path) => editsOf(path).slice(0, 3)),
    ...['src', 'src/a', 'src/b', 'pkg', 'pkg/a', 'docs', 'docs/sub', 'docs/sub/skip'].map(
      (path): Edit => ({ name: `mode of ${path}`, chmod: { [`app/${path}`]: 0o700 } }),
    ),
    { name: 'one more that the wildcard matches', write: [file('src/c/main.py')] },
    { name: 'one more folder without a match', write: [file('src/d/none.py')] },
    { name: 'an excluded file more', write: [file('docs/more.md')] },
  ],
};

const PLATFORMS = [
  'FROM scratch AS base',
  'ARG TARGETARCH',
  'COPY bin/$TARGETARCH/ /bin/',
  'FROM base',
  'COPY common.txt /',
];
const platforms: BuildCase = {
  name: 'two platforms',
  files: [
    dockerfile(...PLATFORMS),
    ...['bin/amd64/tool', 'bin/arm64/tool', 'bin/riscv64/tool', 'common.txt', 'rest.txt'].map((path) =>
      file(path),
    ),
  ],
  image: { platforms: ['linux/amd64', 'linux/arm64'] },
  edits: [
    ...['bin/amd64/tool', 'bin/arm64/tool', 'bin/riscv64/tool', 'common.txt', 'rest.txt'].flatMap((path) =>
      editsOf(path).slice(0, 4),
    ),
    { name: 'one platform less', image: { platforms: ['linux/amd64'] } },
    { name: 'another platform', image: { platforms: ['linux/amd64', 'linux/riscv64'] } },
    { name: 'the usual variant spelled out', image: { platforms: ['linux/amd64', 'linux/arm64/v8'] } },
  ],
};

const MOUNTS = [
  `FROM ${BASE}`,
  'RUN --network=none --mount=type=bind,source=in,target=/in cp -r /in /copied',
  'RUN --network=none --mount=type=bind,source=one.txt,target=/one.txt cat /one.txt > /one',
  'RUN --network=none --mount=type=cache,target=/cache true',
  'RUN --network=none --mount=type=secret,id=token true',
  'RUN --network=none --mount=type=tmpfs,target=/t true',
  `RUN --network=none --mount=type=bind,from=${BASE},source=/bin,target=/b true`,
];
const mounts: BuildCase = {
  name: 'mounts',
  files: [
    dockerfile(...MOUNTS),
    ...['in/a.txt', 'in/sub/b.txt', 'one.txt', 'two.txt'].map((path) => file(path)),
  ],
  edits: [
    ...['in/a.txt', 'in/sub/b.txt', 'one.txt', 'two.txt'].flatMap((path) => editsOf(path).slice(0, 4)),
    { name: 'mode of a mounted folder', chmod: { 'app/in': 0o700 } },
    { name: 'mode of a folder below a mounted one', chmod: { 'app/in/sub': 0o700 } },
    { name: 'an empty folder in a mounted one', write: [folder('in/void')] },
    ...rewritten(MOUNTS, {
      'id of a cache': replaced('type=cache', 'type=cache,id=x'),
      'another source': replaced('source=one.txt', 'source=two.txt'),
      'a mount target': replaced('target=/t ', 'target=/u '),
    }),
  ],
};

const WILD = [
  'FROM scratch',
  'ARG DIR=a',
  'COPY *.txt $DIR/[xy]* /w/',
  'ADD archive.tar /t/',
  'COPY --chmod=755 modes /m/',
  `COPY ${'$'}{DIR:-b}/x.md /v/`,
];
const wildcards: BuildCase = {
  name: 'wildcards, variables, archives and modes',
  files: [
    dockerfile(...WILD),
    ...[
      'one.txt',
      'a/x.md',
      'a/y/deep.txt',
      'a/z.md',
      'b/x.md',
      'modes/f.sh',
      'modes/sub/g.sh',
      'archive.tar',
    ].map((path) => file(path)),
  ],
  edits: [
    ...[
      'one.txt',
      'a/x.md',
      'a/y/deep.txt',
      'a/z.md',
      'b/x.md',
      'modes/f.sh',
      'modes/sub/g.sh',
      'archive.tar',
    ].flatMap((path) => editsOf(path).slice(0, 4)),
    { name: 'a matched file more', write: [file('two.txt')] },
    {
      name: 'a matched folder renamed',
      remove: ['app/a/y'],
      write: [file('a/yy/deep.txt', 'a/y/deep.txt\n')],
    },
    { name: 'mode of a folder under --chmod', chmod: { 'app/modes/sub': 0o700 } },
    { name: 'arg in a source', image: { args: { DIR: 'b' } } },
    { name: 'setuid', chmod: { 'app/a/x.md': 0o4644 } },
    { name: 'two files are one', write: [{ path: 'app/a/y/more.txt', hardLinkTo: 'app/a/y/deep.txt' }] },
  ],
};

const same: BuildCase = {
  name: 'hard links',
  files: [
    dockerfile('FROM scratch', 'COPY d /d/'),
    file('d/a', 'equal\n'),
    file('d/b', 'equal\n'),
    file('d/c', 'other\n'),
  ],
  edits: [
    { name: 'two equal files become one', write: [{ path: 'app/d/b', hardLinkTo: 'app/d/a' }] },
    {
      name: 'linked from outside of what is copied',
      write: [{ path: 'app/outside', hardLinkTo: 'app/d/a' }],
    },
    { name: 'another platform', image: { platforms: ['linux/arm64'] } },
    { name: 'content swapped', write: [file('d/a', 'other\n'), file('d/c', 'equal\n')] },
  ],
};

export const CASES: readonly BuildCase[] = [
  service,
  links,
  heredocs,
  onbuild,
  ownIgnore,
  named,
  parents,
  platforms,
  mounts,
  wildcards,
  same,
];

/** Cases that need a frontend of Dockerfile 1.20: engines of Debian refuse them, and the recorded truth stands. */
export const NEW_FRONTEND: ReadonlySet<string> = new Set([parents.name]);
