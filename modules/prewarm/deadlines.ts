import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { SchedulerScheduleGroup } from '@cdktf/provider-aws/lib/scheduler-schedule-group';
import { Construct } from 'constructs';
import { policyDocument, trustService } from '../parts/policy';

export interface PrewarmDeadlinesProps {
  readonly names: (kind: string) => string;
  readonly accountId: string;
}

/** The group of the schedules, one per request, and the role with which they call the Shutdown function. */
export class PrewarmDeadlines extends Construct {
  readonly group: SchedulerScheduleGroup;
  readonly role: IamRole;

  constructor(scope: Construct, id: string, props: PrewarmDeadlinesProps) {
    super(scope, id);
    const name = props.names('deadlines');
    this.group = new SchedulerScheduleGroup(this, 'Default', { name, tags: { Name: name } });
    this.role = new IamRole(this, 'role', {
      name: props.names('deadline_role'),
      assumeRolePolicy: trustService('scheduler.amazonaws.com', {
        StringEquals: { 'aws:SourceAccount': props.accountId },
      }),
    });
  }

  /** Allows the schedules to invoke this function and no other, and to send the event to a queue where that fails. */
  mayInvoke(functionArn: string, failedEventsArn: string): void {
    new IamRolePolicy(this, 'invoke', {
      name: 'invoke-shutdown',
      role: this.role.name,
      policy: policyDocument(
        { sid: 'StopARequest', actions: ['lambda:InvokeFunction'], resources: [functionArn] },
        { sid: 'KeepFailedEvents', actions: ['sqs:SendMessage'], resources: [failedEventsArn] },
      ),
    });
  }
}
