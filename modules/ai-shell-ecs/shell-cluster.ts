import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import { EcsCluster } from '@cdktf/provider-aws/lib/ecs-cluster';
import { KmsKey } from '@cdktf/provider-aws/lib/kms-key';
import { Construct } from 'constructs';
import type { AwsLocation } from './aws-location';
import { ClusterGuard } from './cluster-guard';
import type { Names } from './names';
import type { ExecProps } from './props';
import { sessionKeyPolicy } from './session-key-policy';
import type { AiShellEcsSettings } from './settings';

export interface ShellClusterProps {
  readonly names: Names;
  readonly location: AwsLocation;
  readonly settings: AiShellEcsSettings;
  readonly accountId: string;
}

/** Who did what in a shell is asked for long after its output is not. */
const RECORD_RETENTION_DAYS = 365;

/** How Exec sessions are encrypted and recorded; whoever opens one needs the key. */
export interface ExecSessions {
  readonly kmsKeyArn: string;
  readonly logGroup: CloudwatchLogGroup;
}

/** The cluster: a new one with Container Insights and recorded Exec sessions, or an existing one by name. */
export class ShellCluster extends Construct {
  readonly name: string;
  readonly arn: string;
  readonly cluster: EcsCluster | undefined;
  /** `undefined` without Exec, and for a joined cluster, whose owner decides on sessions. */
  readonly sessions: ExecSessions | undefined;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: ShellClusterProps,
  ) {
    super(scope, id);
    const { location, settings, accountId } = props;
    if (!settings.cluster.create) {
      this.name = settings.cluster.name;
      this.arn = `arn:${location.partition}:ecs:${location.region}:${accountId}:cluster/${this.name}`;
      return;
    }
    const exec = settings.given.exec === false ? undefined : this.createSessions(settings.given.exec ?? {});
    this.sessions = exec;
    const { name: clusterName, refuseExisting: refuse } = settings.cluster;
    const guard = refuse === false ? undefined : new ClusterGuard(this, 'guard', { clusterName, refuse });
    this.cluster = new EcsCluster(this, 'Default', {
      name: settings.cluster.name,
      setting: [{ name: 'containerInsights', value: settings.cluster.containerInsights }],
      tags: settings.tags,
      ...(guard === undefined ? {} : { dependsOn: [guard.marker] }),
      ...(exec === undefined
        ? {}
        : {
            configuration: {
              executeCommandConfiguration: {
                kmsKeyId: exec.kmsKeyArn,
                logging: 'OVERRIDE',
                logConfiguration: {
                  cloudWatchEncryptionEnabled: true,
                  cloudWatchLogGroupName: exec.logGroup.name,
                },
              },
            },
          }),
    });
    this.name = this.cluster.name;
    this.arn = this.cluster.arn;
  }

  private createSessions(given: ExecProps): ExecSessions {
    const { names, settings } = this.props;
    const kmsKeyArn = given.kmsKeyArn ?? this.sessionKey();
    const logGroup = new CloudwatchLogGroup(this, 'exec-logs', {
      name: names.execLogGroup,
      retentionInDays: given.recordRetentionDays ?? RECORD_RETENTION_DAYS,
      kmsKeyId: kmsKeyArn,
      skipDestroy: given.retainRecord ?? false,
      tags: settings.tags,
    });
    return { kmsKeyArn, logGroup };
  }

  private sessionKey(): string {
    const { names, location, settings, accountId } = this.props;
    return new KmsKey(this, 'exec-key', {
      description: `ECS Exec sessions of ${settings.name} and their log`,
      enableKeyRotation: true,
      policy: sessionKeyPolicy({ location, accountId, logGroupName: names.execLogGroup }),
      tags: settings.tags,
    }).arn;
  }
}
