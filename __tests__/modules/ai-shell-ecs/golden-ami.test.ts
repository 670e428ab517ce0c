import { spawnSync } from 'node:child_process';
import {
  DefaultTokenResolver,
  StringConcat,
  TerraformStack,
  TerraformVariable,
  Testing,
  Tokenization,
} from 'cdktf';
import * as fc from 'fast-check';
import { bakeDocument } from '../../../modules/ai-shell-ecs/golden-ami/bake-document';
import {
  COMPONENT_DATA_LIMIT_CHARACTERS,
  type ComponentDocument,
  renderComponent,
} from '../../../modules/ai-shell-ecs/golden-ami/component-document';
import { contentVersion as versionOf } from '../../../modules/ai-shell-ecs/golden-ami/content-version';
import { DIGEST, REPOSITORY } from './props';
import { synthesize } from './synth';

describe('the component document', () => {
  const text = renderComponent(
    bakeDocument({
      name: 'shell-golden-ami',
      referenceParameter: '/warmpath/shell/golden-image',
      additionalReferences: [`public.ecr.aws/nginx/nginx@${DIGEST}`],
      registrySecrets: { 'ghcr.io': 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:ghcr-AbCdEf' },
    }),
  );
  const document: ComponentDocument = JSON.parse(text);
  const steps = document.phases.flatMap((phase) => phase.steps);

  it('has schema 1.0, the three phases in order, and steps that Image Builder can run', () => {
    expect(document.schemaVersion).toBe('1.0');
    expect(document.phases.map(({ name }) => name)).toEqual(['build', 'validate', 'test']);
    for (const step of steps) {
      expect(step.action).toBe('ExecuteBash');
      expect(step.onFailure).toBe('Abort');
      expect(step.timeoutSeconds).toBeGreaterThan(0);
      expect(step.inputs.commands).toHaveLength(1);
    }
    expect(new Set(steps.map(({ name }) => name)).size).toBe(steps.length);
  });

  it('stays below the limit, and holds no braces that would be read as parameters', () => {
    expect(text.length).toBeLessThan(COMPONENT_DATA_LIMIT_CHARACTERS);
    expect(text).not.toContain('{{');
  });

  it.each(steps.map((step) => [step.name, step.inputs.commands.join('\n')]))(
    'has a %s step that bash accepts and that stops at a failure',
    (_name, script) => {
      expect(spawnSync('bash', ['-n'], { input: script }).stderr.toString()).toBe('');
      expect(script).toMatch(/^set -euo pipefail\n/);
    },
  );

  it.each(steps.map((step) => [step.name, step.inputs.commands.join('\n')]))(
    'has a %s step that shellcheck finds nothing in',
    (_name, script) => {
      const { error, stdout } = spawnSync('shellcheck', ['-s', 'bash', '-'], { input: script });
      if (error !== undefined && process.env['CI'] === 'true') throw error;
      expect(error === undefined ? stdout.toString() : '').toBe('');
    },
  );

  it('leaves nothing of the build host in the image', () => {
    const cleanUp = steps.find(({ name }) => name === 'CleanUp')?.inputs.commands.join() ?? '';
    for (const trace of [
      '/var/lib/ecs/data',
      '/etc/ecs/ecs.config',
      '/root/.docker',
      'engine-id',
      'cloud-init clean',
    ])
      expect(cleanUp).toContain(trace);
    expect(cleanUp).not.toContain('/var/lib/ecs/deps');
  });

  it('forgets the engine id after every start of Docker on the build host, the one of the checks included', () => {
    const onBuildHost = document.phases
      .filter(({ name }) => name !== 'test')
      .flatMap((phase) => phase.steps)
      .flatMap(({ inputs }) => inputs.commands.join('\n').split('\n'));
    function last(command: string): number {
      return onBuildHost.lastIndexOf(command);
    }
    expect(last('systemctl stop docker')).toBeGreaterThan(last('systemctl start docker'));
    expect(last('rm -f /var/lib/docker/engine-id')).toBeGreaterThan(last('systemctl stop docker'));
  });
});

describe('contentVersion()', () => {
  const stack = new TerraformStack(Testing.app(), 'stack');
  let count = 0;
  function contentVersion(content: string): string {
    return versionOf(stack, `content-${count++}`, content);
  }

  it('is a version that Image Builder takes, the same for the same content', () => {
    fc.assert(
      fc.property(fc.string(), (content) => {
        const version = contentVersion(content);
        expect(version).toMatch(/^1\.0\.\d{1,10}$/);
        expect(Number(version.split('.')[2])).toBeLessThan(2 ** 30);
        expect(contentVersion(content)).toBe(version);
      }),
    );
  });

  it('changes with the content', () => {
    expect(contentVersion('a')).not.toBe(contentVersion('b'));
  });

  it('is left to Terraform where the content is known only at plan', () => {
    const digest = new TerraformVariable(stack, 'digest', {});
    const version = contentVersion(`docker pull ${digest.stringValue}`);
    expect(
      String(
        Tokenization.resolve(version, {
          scope: stack,
          resolver: new DefaultTokenResolver(new StringConcat()),
          preparing: false,
        }),
      ),
    ).toMatch(/^1\.0\.\$\{parseint\(substr\(sha256\(local\.content-\d+\), 0, 7\), 16\)\}$/);
  });
});

describe('AiShellEcs with a golden AMI', () => {
  const shell = synthesize({ goldenAmi: { tagPrefixes: ['k-'] }, ami: { from: 'id', id: 'ami-1' } });

  it('launches what the parameter names, so that a new AMI is a change in the plan', () => {
    expect(shell.one('aws_launch_template')['image_id']).toMatch(
      /aws_ssm_parameter\.[^.]+ami-id[^.]*\.insecure_value/,
    );
    expect(shell.one('aws_ssm_parameter', 'ami-id')['lifecycle']).toEqual({
      ignore_changes: ['insecure_value', 'data_type'],
    });
  });

  it('writes the digest first and builds on its change', () => {
    const pushed = JSON.parse(String(shell.one('aws_cloudwatch_event_rule', 'pushed')['event_pattern']));
    expect(pushed.detail).toMatchObject({ 'repository-name': ['ai-shell'], 'image-tag': [{ prefix: 'k-' }] });
    const changed = JSON.parse(String(shell.one('aws_cloudwatch_event_rule', 'changed')['event_pattern']));
    expect(changed.detail.operation).toEqual(['Update']);
    expect(String(shell.one('aws_cloudwatch_event_target', 'build')['arn'])).toContain(
      'aws_imagebuilder_image_pipeline',
    );
  });

  it('lets the function read the tags of the repository of the image, and of no other', () => {
    const reads = shell.statements.filter(({ Action }) => String(Action).includes('ecr:DescribeImages'));
    expect(reads).toMatchObject([
      { Resource: [expect.stringMatching(/:ecr:eu-central-1:111111111111:repository\/ai-shell$/)] },
    ]);
  });

  it('seeds the reference to bake with the image of the task', () => {
    expect(shell.one('aws_ssm_parameter', 'reference')['insecure_value']).toBe(`${REPOSITORY}@${DIGEST}`);
  });

  it('replaces component and recipe before it removes them, because the pipeline refers to them', () => {
    for (const type of ['aws_imagebuilder_component', 'aws_imagebuilder_image_recipe'])
      expect(shell.one(type)['lifecycle']).toEqual({ create_before_destroy: true });
  });

  it('keeps few AMIs, and deletes snapshots with them', () => {
    const [detail] = shell.one('aws_imagebuilder_lifecycle_policy')['policy_detail'] as Record<
      string,
      unknown
    >[];
    expect(detail?.['filter']).toEqual([{ type: 'COUNT', value: 3 }]);
    expect(detail?.['action']).toEqual([
      { type: 'DELETE', include_resources: [{ amis: true, snapshots: true }] },
    ]);
  });

  it('restores snapshots fast in the zones it is told', () => {
    const fast = synthesize({
      goldenAmi: { fastSnapshotRestoreZones: ['eu-central-1a', 'eu-central-1b'] },
      ami: { from: 'id', id: 'ami-1' },
    });
    expect(fast.count('aws_ebs_fast_snapshot_restore')).toBe(2);
  });
});
