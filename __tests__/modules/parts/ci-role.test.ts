import { Testing } from 'cdktf';
import { CiPlanRole, githubSubjects } from '../../../modules/parts/ci-role';

const repository = { owner: 'acme', ownerId: 11, name: 'warmpath', repositoryId: 22 };

describe('the role of jobs that plan', () => {
  const synthesized = JSON.parse(
    Testing.synthScope((scope) => {
      new CiPlanRole(scope, 'ci', {
        name: 'warmpath-plan',
        repository,
        environment: 'prod-plan',
        oidcProviderArn: 'arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com',
        stateObjectArns: ['arn:aws:s3:::state/prod/*'],
      });
    }),
  );
  const [role] = Object.values(synthesized.resource.aws_iam_role) as { assume_role_policy: string }[];
  const [denials] = Object.values(synthesized.resource.aws_iam_role_policy) as { policy: string }[];

  it('is taken on by jobs of one environment of one repository, compared exactly, in both forms of the subject', () => {
    const [statement] = JSON.parse(role?.assume_role_policy ?? '{}').Statement;
    expect(statement.Condition).toEqual({
      StringEquals: {
        'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
        'token.actions.githubusercontent.com:sub': [
          'repo:acme/warmpath:environment:prod-plan',
          'repo:acme@11/warmpath@22:environment:prod-plan',
        ],
      },
    });
  });

  it('reads configuration, no data, and no object but the state', () => {
    const [attachment] = Object.values(synthesized.resource.aws_iam_role_policy_attachment) as {
      policy_arn: string;
    }[];
    expect(attachment?.policy_arn).toBe('arn:aws:iam::aws:policy/ReadOnlyAccess');
    const statements = JSON.parse(denials?.policy ?? '{}').Statement;
    expect(statements).toMatchObject([
      {
        Effect: 'Deny',
        Action: expect.arrayContaining(['dynamodb:Scan', 'secretsmanager:GetSecretValue']),
        Resource: '*',
      },
      {
        Effect: 'Deny',
        Action: ['s3:GetObject', 's3:GetObjectVersion'],
        NotResource: ['arn:aws:s3:::state/prod/*'],
      },
    ]);
  });

  it('writes colons in names of environments as GitHub does', () => {
    expect(githubSubjects(repository, 'eu:prod')[0]).toBe('repo:acme/warmpath:environment:eu%3Aprod');
  });
});
