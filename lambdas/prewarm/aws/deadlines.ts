import {
  ConflictException,
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  DeleteScheduleCommand,
  ResourceNotFoundException,
  type SchedulerClient,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import type { RequestId } from '../engine/model/ids';
import type { Deadlines } from '../engine/ports/deadlines';

export interface ScheduleOptions {
  readonly group: string;
  /** Role with which the schedule calls the function. */
  readonly roleArn: string;
  readonly functionArn: string;
  /** Queue for the event of a schedule that could not call the function within its retries. */
  readonly failedEventsArn: string;
}

/** A schedule whose time has passed when it is made never fires. */
const SOONEST_MS = 10_000;

/** Event of the Shutdown function. */
export interface DeadlineEvent {
  readonly requestId: RequestId;
}

/** One schedule per request, named after it; it removes itself once it has fired. */
export class ScheduledDeadlines implements Deadlines {
  constructor(
    private readonly client: SchedulerClient,
    private readonly options: ScheduleOptions,
  ) {}

  async schedule(id: RequestId, at: number): Promise<void> {
    const event: DeadlineEvent = { requestId: id };
    const due = Math.max(at, Date.now() + SOONEST_MS);
    const schedule: CreateScheduleCommandInput = {
      Name: id,
      GroupName: this.options.group,
      // Seconds, in UTC; rounded up, a deadline never comes early.
      ScheduleExpression: `at(${new Date(Math.ceil(due / 1000) * 1000).toISOString().slice(0, 19)})`,
      ScheduleExpressionTimezone: 'UTC',
      FlexibleTimeWindow: { Mode: 'OFF' },
      ActionAfterCompletion: 'DELETE',
      Target: {
        Arn: this.options.functionArn,
        RoleArn: this.options.roleArn,
        Input: JSON.stringify(event),
        RetryPolicy: { MaximumRetryAttempts: 20, MaximumEventAgeInSeconds: 3_600 },
        DeadLetterConfig: { Arn: this.options.failedEventsArn },
      },
    };
    try {
      await this.client.send(new CreateScheduleCommand(schedule));
    } catch (error) {
      if (!(error instanceof ConflictException)) throw error;
      await this.client.send(new UpdateScheduleCommand(schedule));
    }
  }

  cancel(id: RequestId): Promise<void> {
    return cancelSchedule(this.client, this.options.group, id);
  }
}

/** Removes the schedule of a request's deadline; a missing schedule is ignored. */
export async function cancelSchedule(client: SchedulerClient, group: string, id: RequestId): Promise<void> {
  try {
    await client.send(new DeleteScheduleCommand({ Name: id, GroupName: group }));
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) throw error;
  }
}
