import { TerraformOutput, type TerraformStack } from 'cdktf';
import type { Prewarm } from './index';

/** The outputs of a stack that holds one prewarm service; names are unique per stack, so they are not part of the construct. */
export function addPrewarmOutputs(stack: TerraformStack, prewarm: Prewarm): void {
  function output(id: string, description: string, value: unknown, sensitive = false): void {
    new TerraformOutput(stack, id, { value, description, sensitive, staticId: true });
  }
  output('prewarm_endpoint', 'URL of the API; routes follow it', prewarm.api.endpoint);
  output('prewarm_api_key_id', 'Id of the API key', prewarm.api.key.id);
  output('prewarm_api_key', 'Value of the header x-api-key', prewarm.api.key.value, true);
  output('prewarm_bucket', 'Bucket of lists and reports', prewarm.store.bucket.bucket);
  output('prewarm_queue_url', 'Queue of the slices', prewarm.queue.tasks.url);
  output('prewarm_group', 'Auto Scaling group of the agents', prewarm.fleet.group.name);
  output('prewarm_topic_arn', 'Topic that tells of ended requests and alarms', prewarm.topic.topic.arn);
  const { queue } = prewarm.topic.subscribers;
  if (queue !== undefined)
    output('prewarm_event_queue_url', 'Queue that receives what the topic tells', queue.url);
}
