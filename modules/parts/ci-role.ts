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

export interface CiRoleProps {
  /** Name of the role. */
  readonly name: string;
  readonly repository: GithubRepository;
  /** GitHub environment whose jobs may take the role on, such as `prod-plan`. */
  readonly environment: string;
  /** ARN of the account's identity provider for token.actions.githubusercontent.com. */
  readonly oidcProviderArn: string;
  /** ARN of the policy that bounds what the role may do. @default none */
  readonly permissionsBoundaryArn?: string;
}

export interface CiPlanRoleProps extends CiRoleProps {
  /** ARNs of the objects that hold the state, such as `arn:aws:s3:::bucket/prod/*`. @default - no state in S3 may be read */
  readonly stateObjectArns?: readonly string[];
  /** ARNs of the keys that encrypt these objects. @default - the key of S3, which needs no permission */
  readonly stateKeyArns?: readonly string[];
}

export interface CiApplyRoleProps extends CiRoleProps {
  /** ARNs of the policies with the permissions of whoever deploys today. */
  readonly policyArns: readonly string[];
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
  const escaped = environment.replace(/:/g, '%3A');
  return [
    `repo:${owner}/${name}:environment:${escaped}`,
    `repo:${owner}@${ownerId}/${name}@${repositoryId}:environment:${escaped}`,
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

/** What the stacks upload themselves, programs, and so look at when they are planned. */
const UPLOADED_KEYS = 'code/agent-*';

/** The role of jobs that plan: it reads how the account is configured, and neither its data nor anything it could change. */
export class CiPlanRole extends Construct {
  readonly roleArn: string;

  constructor(scope: Construct, id: string, props: CiPlanRoleProps) {
    super(scope, id);
    const role = createRole(this, props, 'Plans');
    new IamRolePolicyAttachment(this, 'read', {
      role: role.name,
      policyArn: `arn:${partitionOfArn(props.oidcProviderArn)}:iam::aws:policy/ReadOnlyAccess`,
    });
    new IamRolePolicy(this, 'no-data', { name: 'no-data', role: role.name, policy: withoutData(props) });
    this.roleArn = role.arn;
  }
}

/** The role of jobs that apply what a person approved: the environment that it trusts is to have reviewers. */
export class CiApplyRole extends Construct {
  readonly roleArn: string;

  constructor(scope: Construct, id: string, props: CiApplyRoleProps) {
    super(scope, id);
    const role = createRole(this, props, 'Applies');
    for (const [index, policyArn] of props.policyArns.entries())
      new IamRolePolicyAttachment(this, `policy-${index}`, { role: role.name, policyArn });
    this.roleArn = role.arn;
  }
}

function createRole(scope: Construct, props: CiRoleProps, does: 'Plans' | 'Applies'): IamRole {
  const { name, environment, permissionsBoundaryArn } = props;
  return new IamRole(scope, 'role', {
    name,
    description: `${does} from GitHub, environment ${environment}`,
    assumeRolePolicy: trustPolicy(props),
    maxSessionDuration: does === 'Plans' ? 3_600 : 7_200,
    ...(permissionsBoundaryArn !== undefined && { permissionsBoundary: permissionsBoundaryArn }),
  });
}

function trustPolicy({ oidcProviderArn, repository, environment }: CiRoleProps): string {
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

function withoutData(props: CiPlanRoleProps): string {
  const { stateObjectArns = [], stateKeyArns = [] } = props;
  const uploaded = `arn:${partitionOfArn(props.oidcProviderArn)}:s3:::*/${UPLOADED_KEYS}`;
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Sid: 'NoData', Effect: 'Deny', Action: DATA_ACTIONS, Resource: '*' },
      {
        Sid: 'NoObjectsButStateAndPrograms',
        Effect: 'Deny',
        Action: ['s3:GetObject', 's3:GetObjectVersion'],
        NotResource: [...stateObjectArns, uploaded],
      },
      ...(stateKeyArns.length === 0
        ? []
        : [{ Sid: 'DecryptState', Effect: 'Allow', Action: ['kms:Decrypt'], Resource: [...stateKeyArns] }]),
    ],
  });
}
