/** The kinds of events the rules send here, reduced to what is read of them. */
import * as z from 'zod/mini';

const time = z.pipe(
  z.string(),
  z.transform((text, context) => {
    const epochMillis = Date.parse(text);
    if (Number.isNaN(epochMillis))
      context.issues.push({ code: 'custom', message: 'must be a time', input: text });
    return epochMillis;
  }),
);

/** A task that runs. @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_task_events.html */
export const taskRunning = z.object({
  'detail-type': z.literal('ECS Task State Change'),
  detail: z.object({
    taskArn: z.string(),
    clusterArn: z.string(),
    taskDefinitionArn: z.string(),
    containerInstanceArn: z.optional(z.string()),
    lastStatus: z.string(),
    capacityProviderName: z.optional(z.string()),
    createdAt: time,
    startedAt: z.optional(time),
    pullStartedAt: z.optional(time),
    pullStoppedAt: z.optional(time),
  }),
});

/** An instance on its way into service. @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/warm-pools-eventbridge-events.html */
export const instanceLaunch = z.object({
  'detail-type': z.literal('EC2 Instance-launch Lifecycle Action'),
  detail: z.object({
    AutoScalingGroupName: z.string(),
    LifecycleActionToken: z.string(),
    Origin: z.enum(['EC2', 'WarmPool', 'AutoScalingGroup']),
    Destination: z.enum(['EC2', 'WarmPool', 'AutoScalingGroup']),
  }),
});

/**
 * A launch that ended in ABANDON or never began, or a refresh that failed or takes back what it replaced.
 * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-eventbridge-events.html
 */
export const groupTrouble = z.object({
  'detail-type': z.enum([
    'EC2 Instance Launch Unsuccessful',
    'EC2 Auto Scaling Instance Refresh Failed',
    'EC2 Auto Scaling Instance Refresh Rollback Started',
    'EC2 Auto Scaling Instance Refresh Rollback Failed',
  ]),
  id: z.string(),
  detail: z.object({ AutoScalingGroupName: z.string() }),
});

/** A build of the golden AMI that changed its state. @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/integ-eventbridge.html */
export const imageBuild = z.object({
  'detail-type': z.literal('EC2 Image Builder Image State Change'),
  id: z.string(),
  resources: z.array(z.string()),
  detail: z.object({ state: z.object({ status: z.string() }) }),
});

/** The hour has passed. @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html */
export const scheduled = z.object({ 'detail-type': z.literal('Scheduled Event') });

export const startEvent = z.discriminatedUnion('detail-type', [
  taskRunning,
  instanceLaunch,
  groupTrouble,
  imageBuild,
]);

/** Whatever the function is called with. */
export const metricsEvent = z.union([scheduled, startEvent]);

export type TaskRunning = z.infer<typeof taskRunning>;
export type InstanceLaunch = z.infer<typeof instanceLaunch>;
export type GroupTrouble = z.infer<typeof groupTrouble>;
export type ImageBuild = z.infer<typeof imageBuild>;
export type StartEvent = z.infer<typeof startEvent>;
