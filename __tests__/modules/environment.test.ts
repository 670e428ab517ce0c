import { environments } from '../../environments';
import { defineEnvironments, type Environment, EnvironmentError } from '../../modules/environment';

const { backend, ...withoutBackend } = environments.prod;

function messageOf(environment: unknown, name = 'prod'): string {
  try {
    defineEnvironments({ [name]: environment as Environment });
    return '';
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    return error.message;
  }
}

it('no example sets the role of the whole account with which API Gateway writes logs, and production names its distributions', () => {
  expect(JSON.stringify(environments)).not.toContain('manageAccountLogging');
  expect(environments.prod.prewarm).toHaveProperty('distributionIds');
});

describe('environments', () => {
  test('are prod, staging and local, each with its own kind of backend', () => {
    const kinds = Object.entries(environments).map(([name, environment]) => [name, environment.backend.kind]);
    expect(kinds).toEqual([
      ['prod', 's3'],
      ['staging', 'cloud'],
      ['local', 'local'],
    ]);
  });

  test('without a backend fail with one sentence', () => {
    expect(messageOf(withoutBackend)).toBe(
      "environment prod: backend: got none; choose kind 's3', 'cloud' or 'local', so that the state is where you expect it.",
    );
  });

  test('tell every fault at once', () => {
    const network = { kind: 'existing', vpcId: 'vpc-1', subnetIds: ['subnet-1', 'subnet-1'] };
    const message = messageOf({ ...withoutBackend, account: '12', region: 'Frankfurt', network });
    expect(message.split('\n')).toEqual([
      expect.stringContaining('environment prod: backend: got none'),
      'environment prod: account: got 12; allowed 12 digits; write the id of the AWS account.',
      'environment prod: region: got Frankfurt; allowed a Region such as eu-central-1; correct its name.',
      expect.stringContaining('network.subnetIds: got 1; allowed two or more'),
    ]);
  });

  test('refuse a new VPC in a single zone', () => {
    const network = { kind: 'new', availabilityZones: ['eu-central-1a'] };
    expect(messageOf({ ...withoutBackend, backend, network })).toBe(
      'environment prod: network.availabilityZones: got 1; allowed 2 to 10, as capacity differs by zone; name another one.',
    );
  });

  test('refuse to guess the zones of a Region where they differ by account', () => {
    const faults = messageOf({ ...withoutBackend, backend, region: 'us-west-1', network: { kind: 'new' } });
    expect(faults).toContain('network.availabilityZones: got none');
    expect(faults).toContain('aws ec2 describe-availability-zones --region us-west-1');
  });

  test('refuse tasks with addresses of their own where those lead nowhere', () => {
    const aiShell = { ...withoutBackend.aiShell, task: { networkMode: 'awsvpc' } };
    expect(messageOf({ ...withoutBackend, backend, network: { kind: 'new' }, aiShell })).toContain(
      'aiShell.task.networkMode: got awsvpc in a new network',
    );
  });

  test('refuse a name that would not fit into the names of resources', () => {
    for (const name of ['Production-Europe', 'prod-'])
      expect(messageOf({ ...withoutBackend, backend }, name)).toContain('allowed 1 to 12 lower-case');
  });
});
