import { Fn } from 'cdktf';
import { type PolicyStatement, policyDocument } from '../parts/policy';
import type { ExecSessions, ShellCluster } from './shell-cluster';
import { SHELL_CONTAINER } from './task-containers';

/** What a person or a service needs to open sessions into the shells, as the JSON of a policy to attach to their role. */
export function sessionPolicy(cluster: ShellCluster): string {
  function ofCluster(kind: string) {
    return `${Fn.replace(cluster.arn, ':cluster/', `:${kind}/`)}`;
  }
  return policyDocument(
    {
      sid: 'OpenSessions',
      actions: ['ecs:ExecuteCommand'],
      resources: [cluster.arn, `${ofCluster('task')}/*`],
      conditions: { StringEquals: { 'ecs:container-name': SHELL_CONTAINER } },
    },
    {
      sid: 'FindShells',
      actions: ['ecs:DescribeTasks'],
      resources: [`${ofCluster('task')}/*`],
    },
    ...(cluster.sessions === undefined
      ? []
      : [
          {
            sid: 'ShareSessionKey',
            actions: ['kms:GenerateDataKey'],
            resources: [cluster.sessions.kmsKeyArn],
          },
        ]),
  );
}

/** What a task's role needs for Exec sessions. @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html */
export function execStatements(sessions: ExecSessions | undefined): PolicyStatement[] {
  const channels: PolicyStatement = {
    sid: 'ExecSessions',
    actions: [
      'ssmmessages:CreateControlChannel',
      'ssmmessages:CreateDataChannel',
      'ssmmessages:OpenControlChannel',
      'ssmmessages:OpenDataChannel',
    ],
    resources: ['*'],
  };
  if (sessions === undefined) return [channels];
  return [
    channels,
    {
      sid: 'RecordSessions',
      actions: ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
      resources: [`${sessions.logGroup.arn}:*`],
    },
    { sid: 'FindLogGroup', actions: ['logs:DescribeLogGroups'], resources: ['*'] },
    { sid: 'EncryptSessions', actions: ['kms:Decrypt'], resources: [sessions.kmsKeyArn] },
  ];
}
