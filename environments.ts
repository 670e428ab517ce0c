/** Where the stacks run. The only file to edit before a first deployment. */
import { defineEnvironments } from './modules/parts/environment';

export const environments = defineEnvironments({
  prod: {
    account: '111111111111',
    region: 'eu-central-1',
    backend: { kind: 's3', bucket: 'warmpath-terraform-state', region: 'eu-central-1', keyPrefix: 'prod' },
    network: {
      kind: 'existing',
      vpcId: 'vpc-0a1b2c3d4e5f60718',
      subnetIds: ['subnet-0a1b2c3d4e5f60718', 'subnet-0b1c2d3e4f5061728'],
    },
    tags: { Owner: 'platform' },
    aiShell: {
      instanceType: 'm7g.large',
      minInstances: 1,
      maxInstances: 20,
      warmInstances: 4,
      image: `111111111111.dkr.ecr.eu-central-1.amazonaws.com/ai-shell@sha256:${'0'.repeat(64)}`,
    },
    prewarm: { maxInstances: 100, notifyEmails: [] },
  },

  staging: {
    account: '222222222222',
    region: 'eu-central-1',
    backend: { kind: 'cloud', organization: 'example', workspacePrefix: 'warmpath-' },
    network: { kind: 'new' },
    tags: { Owner: 'platform' },
    aiShell: {
      instanceType: 'm7g.large',
      minInstances: 0,
      maxInstances: 4,
      warmInstances: 1,
      image: `222222222222.dkr.ecr.eu-central-1.amazonaws.com/ai-shell@sha256:${'0'.repeat(64)}`,
    },
    prewarm: { maxInstances: 10, notifyEmails: [] },
  },

  local: {
    account: '000000000000',
    region: 'eu-central-1',
    backend: { kind: 'local', folder: '.state' },
    network: { kind: 'new' },
    aiShell: {
      instanceType: 't4g.small',
      minInstances: 0,
      maxInstances: 1,
      warmInstances: 1,
      image: `000000000000.dkr.ecr.eu-central-1.amazonaws.com/ai-shell@sha256:${'0'.repeat(64)}`,
    },
    prewarm: { maxInstances: 1, notifyEmails: [] },
  },
});
