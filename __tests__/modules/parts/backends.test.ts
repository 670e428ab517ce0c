import { TerraformStack, Testing } from 'cdktf';
import { type BackendConfig, configureBackend } from '../../../modules/parts/backends';

function terraformOf(backend: BackendConfig): Record<string, unknown> {
  const stack = new TerraformStack(Testing.app(), 'prewarm-prod');
  configureBackend(stack, backend);
  return JSON.parse(Testing.synth(stack)).terraform;
}

describe('backends', () => {
  test('local state has a path that is the same on every machine', () => {
    expect(terraformOf({ kind: 'local', folder: '.state' })['backend']).toEqual({
      local: { path: '../../../.state/prewarm-prod.tfstate' },
    });
  });

  test('state in S3 is encrypted and locked by a file beside it', () => {
    const backend: BackendConfig = {
      kind: 's3',
      bucket: 'states',
      region: 'eu-central-1',
      keyPrefix: 'prod',
    };
    expect(terraformOf(backend)['backend']).toEqual({
      s3: {
        bucket: 'states',
        encrypt: true,
        key: 'prod/prewarm-prod.tfstate',
        region: 'eu-central-1',
        use_lockfile: true,
      },
    });
    expect(terraformOf({ ...backend, kmsKeyId: 'alias/states' })['backend']).toMatchObject({
      s3: { kms_key_id: 'alias/states' },
    });
  });

  test('HCP Terraform has one workspace per stack', () => {
    const terraform = terraformOf({ kind: 'cloud', organization: 'example', workspacePrefix: 'warmpath-' });
    expect(terraform['cloud']).toEqual({
      organization: 'example',
      workspaces: { name: 'warmpath-prewarm-prod' },
    });
    expect(terraform).not.toHaveProperty('backend');
  });

  test('HCP Terraform synthesizes where Terraform is not installed', () => {
    const stack = new TerraformStack(Testing.app(), 'prewarm-prod');
    configureBackend(stack, { kind: 'cloud', organization: 'example' });
    const path = process.env['PATH'];
    process.env['PATH'] = '';
    try {
      expect(() => Testing.synth(stack, true)).not.toThrow();
    } finally {
      process.env['PATH'] = path;
    }
  });
});
