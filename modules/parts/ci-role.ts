import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { IamRolePolicyAttachment } from '@cdktf/provider-aws/lib/iam-role-policy-attachment';
import { Construct } from 'constructs';
import { partitionOfArn } from './partition';

/** A repository by its names and by its numbers, which stay when it is renamed: `gh api repos/OWNER/NAME --jq '.owner.id, .id'`. */
export interface GithubRepository {
  readonly owner: string;
  readonly ownerId: number;
  readonly name: string;
  readonly repositoryId: number;
}

export interface CiPlanRoleProps {
  /** Name of the role. */
  readonly name: string;
  readonly repository: GithubRepository;
  /** GitHub environment whose jobs may take the role on, such as `prod-plan`. */
  readonly environment: string;
  /** ARN of the account's identity provider for token.actions.githubusercontent.com. */
  readonly oidcProviderArn: string;
  /** ARNs of the objects that hold the state, such as `arn:aws:s3:::bucket/prod/*`. @default - no object may be read */
  readonly stateObjectArns?: readonly string[];
}

const ISSUER = 'token.actions.githubusercontent.com';

/**
 * Returns the subjects of the tokens that jobs in this environment get: with names alone, and with the numbers that
 * repositories made, renamed or moved after 15 July 2026 have in it. They are to be compared with StringEquals: a pattern would
 * take on owners whose names begin alike.
 *
 * @see https://docs.github.com/en/actions/reference/security/oidc
 */
export function githubSubjects(repository: GithubRepository, environment: string): readonly string[] {
  const { owner, ownerId, name, repositoryId } = repository;
  const place = environment.replace(/:/g, '%3A');
  return [
    `repo:${owner}/${name}:environment:${place}`,
    `repo:${owner}@${ownerId}/${name}@${repositoryId}:environment:${place}`,
  ];
}

/** What a plan never needs, and AWS's policy for reading allows: the data of the account. */
const DATA_ACTIONS = [
  'dynamodb:BatchGetItem',
  'dynamodb:GetItem',
  'dynamodb:GetRecords',
  'dynamodb:Query',
  'dynamodb:Scan',
  'ec2:GetConsoleOutput',
  'ec2:GetPasswordData',
  'kinesis:GetRecords',
  'logs:FilterLogEvents',
  'logs:GetLogEvents',
  'logs:StartQuery',
  'secretsmanager:GetSecretValue',
  'sqs:ReceiveMessage',
];

/** The role of jobs that plan: it reads how the account is configured, and neither its data nor anything it could change. */
export class CiPlanRole extends Construct {
  readonly roleArn: string;

  constructor(scope: Construct, id: string, props: CiPlanRoleProps) {
    super(scope, id);
    const role = new IamRole(this, 'role', {
      name: props.name,
      description: `Plans from GitHub, environment ${props.environment}`,
      assumeRolePolicy: trustPolicy(props),
      maxSessionDuration: 3_600,
    });
    new IamRolePolicyAttachment(this, 'read', {
      role: role.name,
      policyArn: `arn:${partitionOfArn(props.oidcProviderArn)}:iam::aws:policy/ReadOnlyAccess`,
    });
    new IamRolePolicy(this, 'no-data', { role: role.name, policy: withoutData(props.stateObjectArns ?? []) });
    this.roleArn = role.arn;
  }
}

function trustPolicy({ oidcProviderArn, repository, environment }: CiPlanRoleProps): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: oidcProviderArn },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {
          StringEquals: {
            [`${ISSUER}:aud`]: 'sts.amazonaws.com',
            [`${ISSUER}:sub`]: githubSubjects(repository, environment),
          },
        },
      },
    ],
  });
}

function withoutData(stateObjectArns: readonly string[]): string {
  const objects = stateObjectArns.length === 0 ? { Resource: '*' } : { NotResource: [...stateObjectArns] };
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Sid: 'NoData', Effect: 'Deny', Action: DATA_ACTIONS, Resource: '*' },
      {
        Sid: 'NoObjectsButState',
        Effect: 'Deny',
        Action: ['s3:GetObject', 's3:GetObjectVersion'],
        ...objects,
      },
    ],
  });
}
