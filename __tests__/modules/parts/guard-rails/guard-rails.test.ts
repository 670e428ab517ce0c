import { AutoscalingGroup } from '@cdktf/provider-aws/lib/autoscaling-group';
import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import { DefaultSecurityGroup } from '@cdktf/provider-aws/lib/default-security-group';
import { DynamodbTable } from '@cdktf/provider-aws/lib/dynamodb-table';
import { EbsVolume } from '@cdktf/provider-aws/lib/ebs-volume';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { ImagebuilderImageRecipe } from '@cdktf/provider-aws/lib/imagebuilder-image-recipe';
import { Instance } from '@cdktf/provider-aws/lib/instance';
import { LambdaFunction } from '@cdktf/provider-aws/lib/lambda-function';
import { LaunchTemplate, type LaunchTemplateConfig } from '@cdktf/provider-aws/lib/launch-template';
import { S3Bucket } from '@cdktf/provider-aws/lib/s3-bucket';
import { S3BucketPolicy } from '@cdktf/provider-aws/lib/s3-bucket-policy';
import { S3BucketPublicAccessBlock } from '@cdktf/provider-aws/lib/s3-bucket-public-access-block';
import { S3BucketServerSideEncryptionConfigurationA } from '@cdktf/provider-aws/lib/s3-bucket-server-side-encryption-configuration';
import { SecurityGroup } from '@cdktf/provider-aws/lib/security-group';
import { SecurityGroupRule } from '@cdktf/provider-aws/lib/security-group-rule';
import { SnsTopic } from '@cdktf/provider-aws/lib/sns-topic';
import { SnsTopicPolicy } from '@cdktf/provider-aws/lib/sns-topic-policy';
import { SqsQueue } from '@cdktf/provider-aws/lib/sqs-queue';
import { SqsQueuePolicy } from '@cdktf/provider-aws/lib/sqs-queue-policy';
import { VpcSecurityGroupIngressRule } from '@cdktf/provider-aws/lib/vpc-security-group-ingress-rule';
import type { TerraformStack } from 'cdktf';
import { denyWithoutTls, policyDocument } from '../../../../modules/parts/policy';
import { tagInstances } from '../../../../modules/parts/tags';
import { findings } from './findings';

function goodBucket(stack: TerraformStack, id: string) {
  const bucket = new S3Bucket(stack, id);
  new S3BucketServerSideEncryptionConfigurationA(stack, `${id}-encryption`, {
    bucket: bucket.id,
    rule: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: 'aws:kms' } }],
  });
  new S3BucketPolicy(stack, `${id}-policy`, {
    bucket: bucket.id,
    policy: policyDocument(denyWithoutTls('s3', [bucket.arn, `${bucket.arn}/*`])),
  });
  new S3BucketPublicAccessBlock(stack, `${id}-public-access`, {
    bucket: bucket.id,
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  });
}

function goodQueue(stack: TerraformStack) {
  const queue = new SqsQueue(stack, 'queue', { sqsManagedSseEnabled: true });
  new SqsQueuePolicy(stack, 'queue-policy', {
    queueUrl: queue.url,
    policy: policyDocument(denyWithoutTls('sqs', [queue.arn])),
  });
}

function goodTopic(stack: TerraformStack) {
  const topic = new SnsTopic(stack, 'topic', { kmsMasterKeyId: 'alias/topics' });
  new SnsTopicPolicy(stack, 'topic-policy', {
    arn: topic.arn,
    policy: policyDocument(denyWithoutTls('sns', [topic.arn])),
  });
}

function template(config: LaunchTemplateConfig) {
  return (stack: TerraformStack) => {
    new LaunchTemplate(stack, 'template', config);
  };
}

const safeTemplate: LaunchTemplateConfig = {
  metadataOptions: { httpTokens: 'required' },
  blockDeviceMappings: [{ deviceName: '/dev/xvda', ebs: { encrypted: 'true' } }],
};

const lambda = { functionName: 'f', role: 'arn:aws:iam::111111111111:role/f', filename: 'f.zip' };

describe('every finding', () => {
  test('says which rule, what follows from breaking it, and what to write instead', () => {
    const found = findings(
      (stack) => {
        new S3Bucket(stack, 'bucket');
        new CloudwatchLogGroup(stack, 'logs', {});
        new LambdaFunction(stack, 'function', lambda);
        new SecurityGroup(stack, 'group', {
          ingress: [{ protocol: 'tcp', fromPort: 22, toPort: 22, cidrBlocks: ['0.0.0.0/0'] }],
        });
        new LaunchTemplate(stack, 'template', {});
        new IamRolePolicy(stack, 'policy', {
          role: 'role',
          policy: policyDocument({ actions: ['s3:*', 's3:GetObject'], resources: ['*'] }),
        });
      },
      { requiredTags: ['Project'] },
    );
    const kinds = found.map((message) => /\] (.*?)[:;] /.exec(message)?.[1]);
    expect(new Set(kinds)).toEqual(
      new Set([
        'Every bucket is encrypted at rest',
        'Every volume is encrypted at rest',
        'Only TLS',
        'Every log group has a retention',
        'Every function has a log group of its own',
        'No ingress from everywhere',
        'Every bucket blocks public access',
        'Only IMDSv2',
        'Instances and volumes carry the tags of the stack',
        'No wildcard in an allowed action',
        'No wildcard resource without a listed reason',
      ]),
    );
    for (const message of found)
      expect(message).toMatch(/^\[stack\/\w+\] [A-Z][\s\S]{15,}\. [A-Z][\s\S]{10,}\. [A-Z][\s\S]{8,}\.$/);
  });
});

describe('encryption', () => {
  test('is silent about resources that say how they are encrypted', () => {
    const found = findings((stack) => {
      goodBucket(stack, 'bucket');
      goodQueue(stack);
      goodTopic(stack);
      new DynamodbTable(stack, 'table', { name: 't', serverSideEncryption: { enabled: true } });
      template(safeTemplate)(stack);
    });
    expect(found).toEqual([]);
  });

  test('refuses a queue, a topic and a table that do not', () => {
    const found = findings((stack) => {
      new SqsQueue(stack, 'queue', {});
      new SnsTopic(stack, 'topic', {});
      new DynamodbTable(stack, 'table', { name: 't' });
    }).filter((message) => message.includes('encrypted at rest'));
    expect(found).toEqual([
      expect.stringContaining(
        '[stack/queue] Every queue is encrypted at rest: aws_sqs_queue.queue does not say so.',
      ),
      expect.stringContaining('Set kmsMasterKeyId'),
      expect.stringContaining('Set serverSideEncryption: { enabled: true }'),
    ]);
  });

  test('refuses the bucket that has no configuration, not the one beside it that has', () => {
    const found = findings((stack) => {
      goodBucket(stack, 'list');
      new S3Bucket(stack, 'lists');
    });
    expect(found.filter((message) => message.includes('Every bucket is encrypted'))).toEqual([
      expect.stringContaining('[stack/lists]'),
    ]);
  });

  test('refuses a launch template with a plain volume, and one that leaves the volume to the image', () => {
    const { metadataOptions } = safeTemplate;
    const plain = template({
      ...(metadataOptions ? { metadataOptions } : {}),
      blockDeviceMappings: [{ deviceName: '/dev/xvda', ebs: { volumeSize: 8 } }],
    });
    expect(findings(plain)).toEqual([expect.stringContaining('Every volume is encrypted')]);
    expect(findings(template(metadataOptions ? { metadataOptions } : {}))).toEqual([
      expect.stringContaining('Every volume is encrypted'),
    ]);
  });

  test('refuses plain volumes wherever they are made', () => {
    const found = findings((stack) => {
      new EbsVolume(stack, 'volume', { availabilityZone: 'eu-central-1a', size: 8 });
      new Instance(stack, 'instance', {
        metadataOptions: { httpTokens: 'required' },
        rootBlockDevice: { volumeSize: 8 },
      });
      new ImagebuilderImageRecipe(stack, 'recipe', {
        name: 'r',
        version: '1.0.0',
        parentImage: 'ami-1',
        component: [],
        blockDeviceMapping: [{ deviceName: '/dev/xvda', ebs: { volumeSize: 8 } }],
      });
    });
    expect(found.map((message) => message.split(']')[0]).sort()).toEqual([
      '[stack/instance',
      '[stack/recipe',
      '[stack/volume',
    ]);
  });
});

describe('TLS only', () => {
  test('refuses a bucket, a queue and a topic without the policy', () => {
    const found = findings((stack) => {
      new S3Bucket(stack, 'bucket');
      new SqsQueue(stack, 'queue', { sqsManagedSseEnabled: true });
      new SnsTopic(stack, 'topic', { kmsMasterKeyId: 'alias/topics' });
    }).filter((message) => message.includes('Only TLS'));
    expect(found).toEqual([
      expect.stringContaining("denyWithoutTls('s3', [...])"),
      expect.stringContaining("denyWithoutTls('sqs', [...])"),
      expect.stringContaining("denyWithoutTls('sns', [...])"),
    ]);
  });

  test('refuses a queue whose policy denies something else', () => {
    const found = findings((stack) => {
      const queue = new SqsQueue(stack, 'queue', { sqsManagedSseEnabled: true });
      new SqsQueuePolicy(stack, 'policy', {
        queueUrl: queue.url,
        policy: policyDocument({
          effect: 'Deny',
          principals: '*',
          actions: ['sqs:PurgeQueue'],
          resources: [queue.arn],
        }),
      });
    });
    expect(found).toEqual([expect.stringContaining('[stack/queue] Only TLS')]);
  });
});

describe('log retention', () => {
  test('refuses a log group that keeps its events for ever', () => {
    function group(retentionInDays?: number) {
      return (stack: TerraformStack) => {
        new CloudwatchLogGroup(stack, 'logs', retentionInDays === undefined ? {} : { retentionInDays });
      };
    }
    expect(findings(group())).toEqual([expect.stringContaining('keeps its events for ever')]);
    expect(findings(group(0))).toHaveLength(1);
    expect(findings(group(30))).toEqual([]);
  });

  test('refuses a function without a log group of the stack', () => {
    expect(findings((stack) => void new LambdaFunction(stack, 'f', lambda))).toEqual([
      expect.stringContaining('[stack/f] Every function has a log group of its own'),
    ]);
  });

  test('finds the log group of a function by reference or by its default name', () => {
    const found = findings((stack) => {
      const logs = new CloudwatchLogGroup(stack, 'logs', { name: '/own', retentionInDays: 7 });
      new LambdaFunction(stack, 'f', {
        ...lambda,
        loggingConfig: { logFormat: 'JSON', logGroup: logs.name },
      });
      new CloudwatchLogGroup(stack, 'logs-g', { name: '/aws/lambda/g', retentionInDays: 7 });
      new LambdaFunction(stack, 'g', { ...lambda, functionName: 'g' });
    });
    expect(found).toEqual([]);
  });
});

describe('public ingress', () => {
  const rule = { securityGroupId: 'sg-1', ipProtocol: 'tcp', fromPort: 443, toPort: 443 };
  const everywhere = { protocol: 'tcp', fromPort: 22, toPort: 22, cidrBlocks: ['0.0.0.0/0'] };

  test('refuses every way to open a port to everybody', () => {
    const found = findings((stack) => {
      new SecurityGroup(stack, 'inline', { ingress: [everywhere] });
      new DefaultSecurityGroup(stack, 'default', { ingress: [everywhere] });
      new SecurityGroupRule(stack, 'rule', { ...everywhere, type: 'ingress', securityGroupId: 'sg-1' });
      new VpcSecurityGroupIngressRule(stack, 'v4', { ...rule, cidrIpv4: '0.0.0.0/0' });
      new VpcSecurityGroupIngressRule(stack, 'v6', { ...rule, cidrIpv6: '::/0' });
    });
    expect(found.map((message) => message.split(']')[0])).toEqual([
      '[stack/inline',
      '[stack/default',
      '[stack/rule',
      '[stack/v4',
      '[stack/v6',
    ]);
  });

  test('is silent about egress to everywhere and ingress from named addresses', () => {
    const found = findings((stack) => {
      new SecurityGroup(stack, 'inline', { egress: [everywhere] });
      new SecurityGroupRule(stack, 'rule', { ...everywhere, type: 'egress', securityGroupId: 'sg-1' });
      new VpcSecurityGroupIngressRule(stack, 'v4', { ...rule, cidrIpv4: '10.0.0.0/16' });
    });
    expect(found).toEqual([]);
  });
});

describe('instance metadata', () => {
  test('refuses a launch template that accepts version 1', () => {
    const { blockDeviceMappings } = safeTemplate;
    expect(findings(template(blockDeviceMappings ? { blockDeviceMappings } : {}))).toEqual([
      expect.stringContaining("Set metadataOptions: { httpTokens: 'required' }"),
    ]);
    expect(findings(template(safeTemplate))).toEqual([]);
  });
});

describe('tags', () => {
  function build(stack: TerraformStack) {
    const { id } = new LaunchTemplate(stack, 'template', safeTemplate);
    new AutoscalingGroup(stack, 'group', {
      minSize: 0,
      maxSize: 1,
      launchTemplate: { id },
      tag: [{ key: 'Name', value: 'agent', propagateAtLaunch: true }],
    });
  }
  const requiredTags = ['Project', 'Environment'];

  test('refuses a group and a launch template whose instances and volumes would not carry them', () => {
    expect(findings(build, { requiredTags })).toEqual([
      expect.stringContaining('aws_launch_template.template lacks Project, Environment'),
      expect.stringContaining('aws_autoscaling_group.group lacks Project, Environment'),
    ]);
  });

  test('is silent once tagInstances has added them', () => {
    function tagged(stack: TerraformStack) {
      build(stack);
      tagInstances(stack, { Project: 'warmpath', Environment: 'prod' });
    }
    expect(findings(tagged, { requiredTags })).toEqual([]);
  });
});
