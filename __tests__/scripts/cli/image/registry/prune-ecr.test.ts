/** `prune --ecr` against ECR, ECS and EC2 over a socket: what is in use stays, and what cannot be read deletes nothing. */
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { ImageDefinition } from '../../../../../scripts/cli/image/files/images-file';
import { pruneRegistry } from '../../../../../scripts/cli/image/registry/prune-ecr';
import {
  type Account,
  type Failing,
  type FakeAws,
  type Fault,
  type StoredImage,
  startFakeAws,
  stored,
} from '../support/fake-aws';

const REPOSITORY = '123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app';

function images(...repositories: readonly string[]): readonly ImageDefinition[] {
  return repositories.map((repository) => ({ repository }) as ImageDefinition);
}

interface Pruning {
  readonly yes?: boolean;
  readonly pinned?: readonly string[];
  readonly clusters?: readonly string[];
  readonly keepRevisions?: number;
  readonly fault?: Failing;
}

let aws: FakeAws;
beforeAll(async () => {
  aws = await startFakeAws({ images: [] });
});
afterAll(() => aws.close());

async function pruned(
  account: Account,
  { yes = true, pinned = [], clusters = [], keepRevisions, fault }: Pruning = {},
) {
  aws.hold(account, fault);
  const outcome = await pruneRegistry(
    images(REPOSITORY),
    new Set(pinned),
    { yes, clusters, keepRevisions },
    () => aws.clients,
  ).then(
    (result) => ({ result, error: undefined }),
    (error: unknown) => ({ result: undefined, error }),
  );
  return {
    ...outcome,
    deleted: [...aws.deleted],
    deregistered: [...aws.deregistered],
    calls: [...aws.calls],
  };
}

function digestsOf(all: readonly StoredImage[]): readonly string[] {
  return all.map(({ digest }) => digest).sort();
}

describe('what is in use', () => {
  const old = stored('old', { tags: ['k-old'] });
  const image = stored('image', { tags: ['k-1'] });
  const ways: Readonly<Record<string, Omit<Account, 'images'> & Pick<Pruning, 'pinned' | 'clusters'>>> = {
    'a digest of the lock': { pinned: [image.digest] },
    'a tag of the lock': { pinned: ['k-1'] },
    'a task, by tag': { tasks: { one: [], two: [{ image: `${REPOSITORY}:k-1` }] } },
    'a task, by the digest that its tag had': {
      tasks: { one: [{ image: `${REPOSITORY}:moved`, imageDigest: image.digest }] },
    },
    'a task on a later page of a later cluster': {
      tasks: {
        ...{ a: [], b: [] },
        c: [...Array(4).fill({ image: 'busybox' }), { image: `${REPOSITORY}:k-1` }],
      },
    },
    'a task of a cluster that is named': {
      tasks: { one: [{ image: `${REPOSITORY}:k-1` }] },
      clusters: ['one'],
    },
    'a task definition, by tag': { definitions: ['busybox', 'busybox', `${REPOSITORY}:k-1`] },
    'a task definition, by digest': { definitions: [`${REPOSITORY}@${image.digest}`] },
    'a task definition, by tag and digest': { definitions: [`${REPOSITORY}:any@${image.digest}`] },
    'a task definition, by another host of the registry': {
      definitions: ['123456789012.dkr-ecr.eu-west-1.on.aws/team/app:k-1'],
    },
    'a deregistered revision that a service goes on with, without any task': {
      services: { one: [['busybox'], ['app:7']] },
      definitions: [{ name: 'busybox', image: 'busybox' }],
      inactive: [{ name: 'app:7', image: `${REPOSITORY}:k-1` }],
    },
    'user data of a template': {
      templates: [[], ['#!/bin/sh\n'], [`docker pull ${REPOSITORY}@${image.digest}`]],
    },
    'user data of an earlier version': {
      templates: [['v3', 'v2', `IMAGES="${REPOSITORY}:k-1"\nrest`]],
    },
    'user data that puts the reference together': { templates: [['TAG=k-1\ndocker pull "$REPO:$TAG"\n']] },
    'user data that is compressed': { templates: [[gzipSync(`docker pull ${REPOSITORY}:k-1`)]] },
  };

  it.each(Object.entries(ways))('is what is named by %s', async (_, { pinned, clusters, ...account }) => {
    const { result, deleted } = await pruned(
      { images: [old, image], ...account },
      { pinned: pinned ?? [], clusters: clusters ?? [] },
    );
    expect(deleted).toEqual([old.digest]);
    expect(result?.kept.map(({ id }) => id)).toEqual(['k-1']);
  });

  it('is not what another repository has under the same tag, nor a part of a tag', async () => {
    const { deleted } = await pruned({
      images: [image],
      definitions: [`${REPOSITORY}-cache:k-1`, `${REPOSITORY}/sub:k-1`, `${REPOSITORY}:k-10`, 'other:k-1'],
      templates: [['docker pull other:k-10']],
    });
    expect(deleted).toEqual([image.digest]);
  });

  it('is latest where a reference names no tag', async () => {
    const latest = stored('latest', { tags: ['latest'] });
    const { deleted } = await pruned({ images: [latest, old], definitions: [REPOSITORY] });
    expect(deleted).toEqual([old.digest]);
  });

  it('is what a tag shields', async () => {
    const shielded = ['live-eu', 'keep-1'].map((tag) => stored(tag, { tags: ['k-x', tag] }));
    const alike = stored('alike', { tags: ['alive-1', 'k-keep-1'] });
    const { deleted } = await pruned({ images: [...shielded, alike] });
    expect(deleted).toEqual([alike.digest]);
  });

  it('is what a kept index consists of, and what is about any of it, by field or by tag', async () => {
    const [amd64, arm64, free] = [stored('amd64'), stored('arm64'), stored('free')];
    const index = stored('index', { tags: ['k-2'], children: [amd64, arm64] });
    const attestation = stored('attestation', { subject: arm64 });
    const signature = stored('signature', { tags: [`${index.digest.replace(':', '-')}.sig`] });
    const list = stored('list', { tags: [attestation.digest.replace(':', '-')], children: [] });
    const orphan = stored('orphan', { subject: free });
    const all = [amd64, arm64, free, index, attestation, signature, list, orphan];
    const { deleted } = await pruned({ images: all }, { pinned: [index.digest] });
    expect([...deleted].sort()).toEqual(digestsOf([free, orphan]));
  });
});

describe('what is removed', () => {
  const [child, single] = [stored('child'), stored('single', { tags: ['k-3'] })];
  const index = stored('index', { tags: ['k-4'], children: [child] });

  it('is told and stays without --yes', async () => {
    const { result, deleted, calls } = await pruned({ images: [child, single, index] }, { yes: false });
    expect(result?.removed.map(({ id }) => id)).toEqual([
      `team/app@${child.digest}`,
      'team/app:k-3',
      'team/app:k-4',
    ]);
    expect(deleted).toEqual([]);
    expect(calls).not.toContain('BatchDeleteImage');
  });

  it('goes with its index first', async () => {
    const { deleted } = await pruned({ images: [child, single, index] });
    expect(deleted[0]).toBe(index.digest);
    expect([...deleted].sort()).toEqual(digestsOf([child, single, index]));
  });

  it('is asked for once where two images share a repository', async () => {
    aws.hold({ images: [single] });
    const options = { yes: true, clusters: [] };
    const result = await pruneRegistry(images(REPOSITORY, REPOSITORY), new Set(), options, () => aws.clients);
    expect(result.removed).toHaveLength(1);
    expect(aws.deleted).toEqual([single.digest]);
  });

  it('is never an archived image, whose layers cost until its term ends all the same', async () => {
    const { deleted } = await pruned({ images: [{ ...single, archived: true }, child] });
    expect(deleted).toEqual([child.digest]);
  });

  it('is nothing where one of the images is not in ECR', async () => {
    aws.hold({ images: [single] });
    const options = { yes: true, clusters: [] };
    await expect(
      pruneRegistry(images(REPOSITORY, 'ghcr.io/team/app'), new Set(), options, () => aws.clients),
    ).rejects.toThrow('ghcr.io/team/app: no repository of ECR');
    expect(aws.deleted).toEqual([]);
  });
});

function revision(number: number, tag: string, family = 'app') {
  return { name: `${family}:${number}`, image: `${REPOSITORY}:${tag}` };
}

describe('revisions of task definitions', () => {
  const numbers = [9, 10, 11, 12];
  const all = numbers.map((number) => stored(`image ${number}`, { tags: [`k-${number}`] }));
  const definitions = numbers.map((number) => revision(number, `k-${number}`));
  const account = { images: all, definitions };

  it('all stay where no number is given, and their images', async () => {
    const { deregistered, deleted } = await pruned(account);
    expect([deregistered, deleted]).toEqual([[], []]);
  });

  it('beyond the newest ones go, by number and not by text, and then the images that only they named', async () => {
    const { result, deregistered, deleted, calls } = await pruned(account, { keepRevisions: 2 });
    expect(deregistered).toEqual(['app:10', 'app:9']);
    expect([...deleted].sort()).toEqual(digestsOf(all.slice(0, 2)));
    expect(result?.removed.filter(({ what }) => what === 'revision')).toEqual([
      { what: 'revision', id: 'app:10', sizeBytes: 0 },
      { what: 'revision', id: 'app:9', sizeBytes: 0 },
    ]);
    expect(calls.indexOf('DeregisterTaskDefinition')).toBeLessThan(calls.indexOf('BatchDeleteImage'));
  });

  it('are told and stay without --yes', async () => {
    const { result, deregistered, calls } = await pruned(account, { keepRevisions: 2, yes: false });
    expect(result?.removed).toHaveLength(4);
    expect([deregistered, calls.includes('DeregisterTaskDefinition')]).toEqual([[], false]);
  });

  it.each<[string, Partial<Account>, Pick<Pruning, 'pinned'>]>([
    ['that a task has', { tasks: { one: [{ image: 'busybox', definition: 'app:9' }] } }, {}],
    ['that a service has', { services: { one: [['app:9']] } }, {}],
    ['that an earlier deployment of a service still has', { services: { one: [['app:12', 'app:9']] } }, {}],
    ['whose image is pinned', {}, { pinned: ['k-9'] }],
  ])('stay for one %s', async (_, more, pinning) => {
    const { deregistered, deleted } = await pruned({ ...account, ...more }, { ...pinning, keepRevisions: 1 });
    expect(deregistered).toEqual(['app:11', 'app:10']);
    expect(deleted).not.toContain(all[0]?.digest);
  });

  it('of families without an image of the project stay, and each family keeps its own newest', async () => {
    const others = [1, 2].map((number) => ({ name: `other:${number}`, image: 'busybox' }));
    const second = [1, 2].map((number) => revision(number, `k-${number}`, 'second'));
    const { deregistered } = await pruned(
      { ...account, definitions: [...definitions, ...others, ...second] },
      { keepRevisions: 3 },
    );
    expect(deregistered).toEqual(['app:9']);
  });
});

describe('what cannot be read', () => {
  const index = stored('index', { tags: ['k-5'], children: [] });
  const account: Account = {
    images: [index, ...[1, 2, 3, 4].map((at) => stored(`image ${at}`))],
    tasks: { one: [{ image: 'busybox' }, { image: 'busybox' }, { image: 'busybox' }], two: [], three: [] },
    services: { one: [['gone:1'], ['family0:1']], two: [['family0:1']] },
    definitions: ['busybox', revision(1, 'k-old'), revision(2, 'k-older')],
    inactive: [{ name: 'gone:1', image: 'busybox' }],
    templates: [['a', 'b', 'c'], [], ['d']],
  };

  it.each<[Fault, string]>([
    ['denied', 'call'],
    ['unread', 'last call of an operation'],
    ['dropped', 'last call of an operation'],
  ])('deletes nothing where one is %s, whichever %s before it is', async (fault, which) => {
    const { calls, deleted, deregistered } = await pruned(account, { keepRevisions: 1 });
    expect([deleted.length, deregistered]).toEqual([account.images.length, ['app:1']]);
    const reads = calls.indexOf('DeregisterTaskDefinition');
    expect(new Set(calls.slice(0, reads)).size).toBe(11);
    for (let at = 0; at < reads; at++) {
      if (which !== 'call' && calls.lastIndexOf(calls[at] ?? '', reads - 1) !== at) continue;
      const failed = await pruned(account, {
        keepRevisions: 1,
        fault: (call) => (call === at ? fault : undefined),
      });
      const { deleted: gone, deregistered: unregistered, error } = failed;
      expect({ at, gone: [...gone, ...unregistered], refused: error instanceof Error }).toEqual({
        at,
        gone: [],
        refused: true,
      });
    }
  });

  it.each<[string, Account, RegExp]>([
    ['an archived index', { images: [{ ...index, archived: true }, stored('x')] }, /cannot be read/],
    ['a manifest that is no JSON', { images: [{ ...index, manifest: '<html>' }] }, /cannot be read/],
    [
      'a manifest of another shape',
      { images: [{ ...index, manifest: '{"manifests":[1]}' }] },
      /cannot be read/,
    ],
    [
      'compressed user data that is cut off',
      { images: [index], templates: [[gzipSync('docker pull x').subarray(0, 12)]] },
      /user data of 0 cannot be read/,
    ],
  ])('deletes nothing for %s', async (_, damaged, message) => {
    const { error, deleted } = await pruned(damaged);
    expect(String(error)).toMatch(message);
    expect(deleted).toEqual([]);
  });
});

describe('any repository', () => {
  /** Each image may be an index of earlier ones, or about one of them; `use` says who names it. */
  const shape = fc.array(
    fc.record({
      use: fc.constantFrom('nobody', 'nobody', 'pin', 'task', 'definition', 'template', 'shield'),
      children: fc.option(fc.array(fc.nat(), { maxLength: 3 })),
      subject: fc.option(fc.nat()),
    }),
    { minLength: 1, maxLength: 9 },
  );

  it('loses exactly what nothing in use leads to', async () => {
    await fc.assert(
      fc.asyncProperty(shape, async (drawn) => {
        const all: StoredImage[] = [];
        const links: { from: number; to: number }[] = [];
        for (const [at, { use, children, subject }] of drawn.entries()) {
          const indexes = at === 0 || !children ? undefined : children.map((child) => child % at);
          const about = at === 0 || subject === null ? undefined : subject % at;
          for (const child of indexes ?? []) links.push({ from: at, to: child });
          if (about !== undefined) links.push({ from: about, to: at });
          const subjectImage = about === undefined ? undefined : all[about];
          all.push(
            stored(`image ${at}`, {
              tags: use === 'shield' ? [`keep-${at}`] : [`k-${at}`],
              ...(indexes && { children: indexes.flatMap((child) => all[child] ?? []) }),
              ...(subjectImage && { subject: subjectImage }),
            }),
          );
        }
        function namedBy(use: string): readonly string[] {
          return drawn.flatMap((one, at) => (one.use === use ? [`${REPOSITORY}:k-${at}`] : []));
        }
        // A reachability search of its own, from one image at a time.
        function reached(from: number, seen: ReadonlySet<number>): ReadonlySet<number> {
          if (seen.has(from)) return seen;
          return links
            .filter((link) => link.from === from)
            .reduce((found, { to }) => reached(to, found), new Set([...seen, from]) as ReadonlySet<number>);
        }
        const alive = drawn.reduce<ReadonlySet<number>>(
          (seen, { use }, at) => (use === 'nobody' ? seen : reached(at, seen)),
          new Set(),
        );
        const { deleted } = await pruned(
          {
            images: all,
            tasks: { one: namedBy('task').map((image) => ({ image })) },
            definitions: namedBy('definition'),
            templates: [namedBy('template')],
          },
          { pinned: drawn.flatMap(({ use }, at) => (use === 'pin' ? [all[at]?.digest ?? ''] : [])) },
        );
        expect([...deleted].sort()).toEqual(digestsOf(all.filter((_, at) => !alive.has(at))));
      }),
      { numRuns: 25 },
    );
  });
});
