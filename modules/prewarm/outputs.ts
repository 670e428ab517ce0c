import { TerraformOutput, type TerraformStack } from 'cdktf';
import type { ModuleOutput } from '../parts/hcl-module';
import type { Prewarm } from './index';

/** The outputs of a stack that holds one prewarm service; names are unique per stack, so they are not part of the construct. */
export function addPrewarmOutputs(stack: TerraformStack, prewarm: Prewarm, prefix = ''): void {
  for (const [id, output] of Object.entries(stackOutputs(prewarm)))
    new TerraformOutput(stack, `${prefix}${id}`, { sensitive: false, ...output, staticId: true });
}

type Outputs = Readonly<Record<string, ModuleOutput>>;

/** Outputs by the names they have in a stack, where those of other parts stand beside them. */
export function stackOutputs(prewarm: Prewarm): Outputs {
  const { endpoint, api_key_id, api_key, bucket, queue_url, autoscaling_group_name, topic_arn } =
    commonOutputs(prewarm);
  const { queue } = prewarm.topic.subscribers;
  return {
    prewarm_endpoint: endpoint,
    prewarm_api_key_id: api_key_id,
    prewarm_api_key: api_key,
    prewarm_bucket: bucket,
    prewarm_queue_url: queue_url,
    prewarm_group: autoscaling_group_name,
    prewarm_topic_arn: topic_arn,
    ...(queue === undefined
      ? {}
      : {
          prewarm_event_queue_url: {
            description: 'Queue that receives what the topic tells',
            value: queue.url,
          },
        }),
  };
}

function commonOutputs({ api, fleet, queue, store, topic }: Prewarm) {
  return {
    endpoint: { description: 'URL of the API; routes follow it', value: api.endpoint },
    api_key_id: { description: 'Id of the API key', value: api.key.id },
    api_key: { description: 'Value of the header x-api-key', value: api.key.value, sensitive: true },
    bucket: { description: 'Bucket of lists and reports', value: store.bucket.bucket },
    queue_url: { description: 'Queue of the slices', value: queue.tasks.url },
    autoscaling_group_name: { description: 'Auto Scaling group of the agents', value: fleet.group.name },
    topic_arn: { description: 'Topic that tells of ended requests and alarms', value: topic.topic.arn },
  } as const satisfies Outputs;
}

/** Outputs by the names they have as those of a module. */
export function moduleOutputs(prewarm: Prewarm): Outputs {
  const { api, fleet, functions, network, observability, queue, store, topic } = prewarm;
  return {
    ...commonOutputs(prewarm),
    api_id: { description: 'Id of the REST API', value: api.restApi.id },
    api_execution_arn: {
      description: 'ARN that policies for callers of the API begin with',
      value: api.restApi.executionArn,
    },
    stage_arn: { description: 'ARN of the stage, such as for a web ACL', value: api.stage.arn },
    access_log_group_name: { description: "Log group of the API's calls", value: api.accessLog.name },
    autoscaling_group_arn: {
      description: 'ARN of the Auto Scaling group of the agents',
      value: fleet.group.arn,
    },
    launch_template_id: { description: 'Launch template of the agents', value: fleet.launchTemplate.id },
    agent_iam_role_arn: { description: 'Role of the agents', value: fleet.role.arn },
    agent_log_group_name: { description: 'Log group of the agents', value: fleet.logGroup.name },
    security_group_ids: { description: 'Security groups of the agents', value: network.securityGroupIds },
    function_names: {
      description: 'Names of the functions, by kind',
      value: named(functions.all, (each) => each.function.functionName),
    },
    function_iam_role_arns: {
      description: 'Roles of the functions, by kind',
      value: named(functions.all, (each) => each.role.arn),
    },
    table_names: {
      description: 'DynamoDB tables, by what they hold',
      value: { requests: store.requests.name, pops: store.pops.name, slices: store.tasks.name },
    },
    bucket_arn: { description: 'ARN of the bucket', value: store.bucket.arn },
    dead_letter_queue_url: {
      description: 'Queue of slices that were put aside',
      value: queue.deadLetters.url,
    },
    failed_events_queue_url: {
      description: 'Queue of events that nobody could handle',
      value: queue.failedEvents.url,
    },
    topic_kms_key_arn: { description: 'Key of the topic', value: topic.key.arn },
    alarm_arns: { description: 'Alarms', value: observability.alarms.map(({ arn }) => arn) },
    dashboard_name: { description: 'Dashboard', value: observability.dashboardName },
  };
}

function named<Item>(items: Readonly<Record<string, Item>>, value: (item: Item) => string) {
  return Object.fromEntries(Object.entries(items).map(([kind, item]) => [kind, value(item)]));
}
