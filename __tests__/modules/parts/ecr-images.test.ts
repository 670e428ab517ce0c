import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TerraformStack, Testing } from 'cdktf';
import { EcrImages, InvalidEcrImagesError } from '../../../modules/parts/ecr-images';

interface LifecycleRule {
  readonly rulePriority: number;
  readonly selection: {
    readonly tagPatternList?: readonly string[];
    readonly tagStatus: string;
    readonly countNumber: number;
  };
}

describe('repositories of images', () => {
  const stack = new TerraformStack(Testing.app(), 'stack');
  const images = new EcrImages(stack, 'images', {
    repositoryName: 'team/rag-api',
    pullPrincipalArns: ['arn:aws:iam::123456789012:root'],
    pullThroughCache: { prefix: 'docker-hub', upstreamRegistryUrl: 'registry-1.docker.io' },
    replicateTo: [{ region: 'eu-west-1', accountId: '123456789012' }],
  });
  const { resource } = JSON.parse(Testing.synth(stack));
  const repositories: readonly Record<string, unknown>[] = Object.values(resource.aws_ecr_repository);

  test('tags of images never move, those of the cache do', () => {
    expect(repositories).toEqual([
      expect.objectContaining({
        name: 'team/rag-api',
        image_tag_mutability: 'IMMUTABLE',
        image_scanning_configuration: { scan_on_push: true },
      }),
      expect.objectContaining({ name: 'team/rag-api-cache', image_tag_mutability: 'MUTABLE' }),
    ]);
  });

  test('the shield for tags in use comes before every rule that expires, and expires nothing', () => {
    const policies: readonly { policy: string }[] = Object.values(resource.aws_ecr_lifecycle_policy);
    const rules: readonly LifecycleRule[] = JSON.parse(
      policies.find(({ policy }) => policy.includes('live-'))?.policy ?? '{}',
    ).rules;
    const sorted = [...rules].sort((a, b) => a.rulePriority - b.rulePriority);
    expect(sorted.map(({ selection }) => selection.tagPatternList?.[0] ?? selection.tagStatus)).toEqual([
      'live-*',
      'keep-*',
      'k-*',
      'untagged',
    ]);
    expect(sorted.map(({ selection }) => selection.countNumber)).toEqual([100_000, 100_000, 50, 7]);
  });

  test('policies name each action', () => {
    const statements = [
      ...images.pullStatements(),
      ...images.releaseStatements(),
      ...images.pruneStatements(),
    ];
    expect(statements.flatMap(({ actions }) => actions).filter((action) => action.includes('*'))).toEqual([]);
    expect(images.pullStatements().flatMap(({ actions }) => actions)).not.toContain('ecr:PutImage');
    expect(JSON.stringify(resource.aws_ecr_repository_policy)).not.toContain('PutImage');
  });

  test('a role that prunes may read what is in use, and deregister only where it is told to', () => {
    function actions(keepRevisions: boolean) {
      return images.pruneStatements(keepRevisions).flatMap((statement) => statement.actions);
    }
    // Every call of the command has its action.
    const folder = join(__dirname, '../../../scripts/cli/image/registry');
    const source = ['names-in-use', 'related-images', 'prune-ecr']
      .map((name) => readFileSync(join(folder, `${name}.ts`), 'utf8'))
      .join('\n');
    const calls = new Set([
      ...[...source.matchAll(/\bnew (\w+)Command\(/g)].map(([, call]) => call),
      ...[...source.matchAll(/\bof paginate(\w+)\(/g)].map(([, call]) => call),
    ]);
    const allowed = new Set(actions(false).map((action) => action.split(':')[1]));
    expect(calls.size).toBeGreaterThan(8);
    expect([...calls].filter((call) => !allowed.has(call ?? ''))).toEqual([]);
    expect(actions(false)).not.toContain('ecs:DeregisterTaskDefinition');
    expect(actions(true)).toContain('ecs:DeregisterTaskDefinition');
  });

  test('upstream cache and replication are there when they are asked for, and only then', () => {
    expect(Object.keys(resource)).toEqual(
      expect.arrayContaining(['aws_ecr_pull_through_cache_rule', 'aws_ecr_replication_configuration']),
    );
    const plain = new TerraformStack(Testing.app(), 'plain');
    new EcrImages(plain, 'images', { repositoryName: 'plain' });
    expect(Object.keys(JSON.parse(Testing.synth(plain)).resource).sort()).toEqual([
      'aws_ecr_lifecycle_policy',
      'aws_ecr_repository',
    ]);
  });

  test('every wrong property is told before a resource exists', () => {
    const wrong = new TerraformStack(Testing.app(), 'wrong');
    expect(() => new EcrImages(wrong, 'images', { repositoryName: 'Upper', keptKeys: 0 })).toThrow(
      InvalidEcrImagesError,
    );
    expect(() => new EcrImages(wrong, 'again', { repositoryName: 'Upper', keptKeys: 0 })).toThrow(
      /repositoryName: got "Upper".*keptKeys: got 0/,
    );
  });
});
