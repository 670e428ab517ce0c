/** ai-shell-ecs beside the repository that `warmpath image` pushes to: one stack, one repository, one digest. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TerraformStack, Testing } from 'cdktf';
import { AiShellEcs } from '../../../modules/ai-shell-ecs';
import { EcrImages } from '../../../modules/parts/ecr-images';
import { formatLock } from '../../../scripts/cli/image/files/images-lock';
import { DIGEST, minimal, REPOSITORY } from './props';

describe('an image that warmpath image has pinned', () => {
  const folder = mkdtempSync(join(tmpdir(), 'warmpath-own-repository-'));
  const lockFile = join(folder, 'images.lock.json');
  const platform = `sha256:${'2a'.repeat(32)}`;
  writeFileSync(
    lockFile,
    formatLock({
      shell: {
        ...{ repo: REPOSITORY, key: 'a'.repeat(64), tag: `k-${'a'.repeat(32)}`, digest: DIGEST },
        ...{ platform: 'linux/arm64', sizeBytes: 1, builtAt: '2026-11-01T00:00:00Z', commit: 'c'.repeat(40) },
        platforms: { 'linux/arm64': platform },
        inputs: { 'COPY src/ (12)': '0123456789ab' },
      },
    }),
  );
  const stack = new TerraformStack(Testing.app(), 'stack');
  const images = new EcrImages(stack, 'images', { repositoryName: 'ai-shell' });
  new AiShellEcs(stack, 'shell', { ...minimal, image: { from: 'lock', lockFile, name: 'shell' } });
  const { resource } = JSON.parse(Testing.synth(stack));

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is what the task runs, as the lock has it', () => {
    const [definition]: readonly { container_definitions: string }[] = Object.values(
      resource.aws_ecs_task_definition,
    );
    expect(definition?.container_definitions).toContain(`${REPOSITORY}@${DIGEST}`);
  });

  it('lies in the repository whose tags never move, which is the one that instances may pull from', () => {
    const [repository]: readonly Record<string, unknown>[] = Object.values(resource.aws_ecr_repository);
    expect(repository).toMatchObject({ name: 'ai-shell', image_tag_mutability: 'IMMUTABLE' });
    const policies: readonly { policy: string }[] = Object.values(resource.aws_iam_role_policy);
    expect(policies.filter(({ policy }) => policy.includes('repository/ai-shell"'))).not.toEqual([]);
  });

  it('can be released and pruned by roles that beside it only read what runs', () => {
    const statements = [...images.releaseStatements(), ...images.pruneStatements()];
    const actions = statements.flatMap((statement) => statement.actions);
    expect(actions).toEqual(expect.arrayContaining(['ecr:PutImage', 'ecr:BatchDeleteImage']));
    const beside = actions.filter((action) => !action.startsWith('ecr:'));
    expect(beside.filter((action) => !/^(ecs|ec2):(List|Describe)/.test(action))).toEqual([]);
  });
});
