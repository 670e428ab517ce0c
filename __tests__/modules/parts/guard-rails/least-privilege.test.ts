import { DataAwsIamPolicyDocument } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { KmsKey } from '@cdktf/provider-aws/lib/kms-key';
import { SqsQueue } from '@cdktf/provider-aws/lib/sqs-queue';
import { SqsQueuePolicy } from '@cdktf/provider-aws/lib/sqs-queue-policy';
import { Fn, type TerraformStack } from 'cdktf';
import { type PolicyStatement, policyDocument, trustService } from '../../../../modules/parts/policy';
import { findings } from './findings';

const queueArn = 'arn:aws:sqs:eu-central-1:111111111111:tasks';

function roleWith(policy: (stack: TerraformStack) => string) {
  return (stack: TerraformStack) => {
    const role = new IamRole(stack, 'role', { assumeRolePolicy: trustService('ec2.amazonaws.com') });
    new IamRolePolicy(stack, 'policy', { role: role.name, policy: policy(stack) });
  };
}

function allowing(...statements: PolicyStatement[]) {
  return roleWith(() => policyDocument(...statements));
}

describe('least privilege', () => {
  test('is silent about named actions on named resources', () => {
    expect(findings(allowing({ actions: ['sqs:SendMessage'], resources: [queueArn] }))).toEqual([]);
  });

  test('refuses a wildcard in an action, and says rule, consequence and fix', () => {
    expect(findings(allowing({ actions: ['sqs:*'], resources: [queueArn] }))).toEqual([
      '[stack/policy] No wildcard in an allowed action: got sqs:*. It also allows what AWS adds under that name later. Name each action.',
    ]);
  });

  test('refuses every resource for an action that can name one', () => {
    const [message] = findings(allowing({ actions: ['sqs:SendMessage'], resources: ['*'] }));
    expect(message).toContain('got * for sqs:SendMessage');
    expect(message).toContain('actionsWithoutResource');
  });

  test('refuses an ARN that is nothing but wildcards', () => {
    expect(findings(allowing({ actions: ['s3:GetObject'], resources: ['arn:aws:s3:::*'] }))).toHaveLength(1);
  });

  test('is silent about every resource for an action that AWS authorizes without one', () => {
    expect(findings(allowing({ actions: ['ecr:GetAuthorizationToken'], resources: ['*'] }))).toEqual([]);
  });

  test('is silent about wildcards in what is denied', () => {
    expect(findings(allowing({ effect: 'Deny', actions: ['s3:*'], resources: ['*'] }))).toEqual([]);
  });

  test('reads through references to resources of the stack', () => {
    const found = findings((stack) => {
      const queue = new SqsQueue(stack, 'queue', { sqsManagedSseEnabled: true });
      new SqsQueuePolicy(stack, 'policy', {
        queueUrl: queue.url,
        policy: policyDocument(
          {
            effect: 'Deny',
            principals: '*',
            actions: ['sqs:*'],
            resources: [queue.arn],
            conditions: { Bool: { 'aws:SecureTransport': 'false' } },
          },
          {
            principals: { service: 'sns.amazonaws.com' },
            actions: ['sqs:Send*'],
            resources: [Fn.join('/', [queue.arn, 'x'])],
          },
        ),
      });
    });
    expect(found).toEqual([expect.stringContaining('got sqs:Send*')]);
  });

  test('refuses a policy that cannot be read at synthesis', () => {
    const [message] = findings(roleWith(() => Fn.jsonencode({ Statement: [] })));
    expect(message).toContain('policy must be readable at synthesis');
  });

  test('reads policy documents that are data sources', () => {
    function document(actions: string[]) {
      return roleWith(
        (stack) =>
          new DataAwsIamPolicyDocument(stack, 'document', { statement: [{ actions, resources: [queueArn] }] })
            .json,
      );
    }
    expect(findings(document(['sqs:SendMessage']))).toEqual([]);
    expect(findings(document(['sqs:*']))).toEqual([expect.stringContaining('[stack/document]')]);
  });

  test('lets the account administer a key, and nobody else', () => {
    function key(aws: string) {
      return (stack: TerraformStack) => {
        new KmsKey(stack, 'key', {
          enableKeyRotation: true,
          policy: policyDocument({ principals: { aws }, actions: ['kms:*'], resources: ['*'] }),
        });
      };
    }
    expect(findings(key('arn:aws:iam::111111111111:root'))).toEqual([]);
    expect(findings(key('arn:aws:iam::111111111111:role/agent'))).toHaveLength(1);
  });
});
