/**
 * Where the stacks run, and how large. The only file to edit before a first deployment: accounts, organization or bucket of
 * the state, images and VPCs are examples.
 */
import { defineEnvironments } from './modules/environment';

/**
 * Stands for the image until there is one: synthesizes and plans, but every instance would fail its pull. `npm run deploy`
 * refuses it; put the digest of your image in its place.
 */
const noDigestYet = 'sha256:0000000000000000000000000000000000000000000000000000000000000000';

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
      image: {
        from: 'digest',
        reference: `111111111111.dkr.ecr.eu-central-1.amazonaws.com/ai-shell@${noDigestYet}`,
      },
      instances: { instanceTypes: ['m7g.large', 'm6g.large'], minSize: 1, maxSize: 20 },
      // Four wait beside the one that is always in service, and beside any that come.
      warmPool: { minSize: 4 },
      // The record of sessions outlives the deployment, and so must the key: CloudWatch Logs has to be allowed to use it.
      exec: {
        kmsKeyArn: 'arn:aws:kms:eu-central-1:111111111111:key/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9',
        retainRecord: true,
      },
    },
    // API Gateway writes logs by a role of the whole account, of which modules/prewarm/README.md says how to get one.
    prewarm: {
      fleet: { maxInstances: 100 },
      // One key may otherwise invalidate every distribution of the account.
      distributionIds: ['EDFDVBD6EXAMPLE'],
      retainData: true,
    },
  },

  staging: {
    account: '222222222222',
    region: 'eu-central-1',
    backend: { kind: 'cloud', organization: 'example', workspacePrefix: 'warmpath-' },
    network: { kind: 'new' },
    tags: { Owner: 'platform' },
    aiShell: {
      image: {
        from: 'tag',
        repositoryUrl: '222222222222.dkr.ecr.eu-central-1.amazonaws.com/ai-shell',
        tag: 'main',
      },
    },
    prewarm: { fleet: { maxInstances: 10 } },
  },

  local: {
    account: '000000000000',
    region: 'eu-central-1',
    backend: { kind: 'local', folder: '.state' },
    network: { kind: 'new' },
    aiShell: {
      image: {
        from: 'digest',
        reference: `000000000000.dkr.ecr.eu-central-1.amazonaws.com/ai-shell@${noDigestYet}`,
      },
      ami: { from: 'id', id: 'ami-0a1b2c3d4e5f60718' },
      instances: { instanceTypes: ['t4g.small'], maxSize: 1 },
    },
    prewarm: { fleet: { maxInstances: 1 } },
  },
});
