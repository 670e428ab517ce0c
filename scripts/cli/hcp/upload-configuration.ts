import * as z from 'zod';
import { type HcpClient, HcpError } from './hcp-client';
import { parseAnswer } from './parse-answer';
import { type Pause, poll } from './poll';

const created = z.object({
  data: z.object({ id: z.string().regex(/^[\w-]+$/), attributes: z.object({ 'upload-url': z.string() }) }),
});

const shown = z.object({
  data: z.object({ attributes: z.object({ status: z.string(), 'error-message': z.string().nullish() }) }),
});

const WHAT = 'the configuration version';
const POLL_MS = 1_000;
const MAX_POLLS = 300;

export interface ConfigurationUpload {
  readonly workspaceId: string;
  /** tar.gz with the configuration at its root. */
  readonly archive: Buffer;
  /** Runs of it only plan. */
  readonly isSpeculative: boolean;
}

/**
 * Uploads a configuration to a workspace and waits until it can be run. No run starts by it. Returns its id.
 *
 * @throws HcpError where it is not taken
 */
export async function uploadConfiguration(
  client: HcpClient,
  { workspaceId, archive, isSpeculative }: ConfigurationUpload,
  pause: Pause,
): Promise<string> {
  const attributes = { 'auto-queue-runs': false, speculative: isSpeculative };
  const answer = await client.json('POST', `/workspaces/${workspaceId}/configuration-versions`, {
    data: { type: 'configuration-versions', attributes },
  });
  const { id, attributes: links } = parseAnswer(created, answer, WHAT).data;
  await client.upload(links['upload-url'], archive);
  const late = `the configuration version ${id} was not ready within five minutes; upload it again`;
  return poll({ pause, everyMs: POLL_MS, maxPolls: MAX_POLLS, late }, async () => {
    const { status, message } = await statusOf(client, id);
    if (status === 'uploaded') return id;
    if (status === 'errored' || status === 'archived')
      throw new HcpError(
        `the configuration version ${id} is ${status}${message === '' ? '' : `: ${message}`}`,
        200,
      );
    return undefined;
  });
}

async function statusOf(client: HcpClient, id: string): Promise<{ status: string; message: string }> {
  const answer = await client.json('GET', `/configuration-versions/${id}`);
  const { status, 'error-message': message } = parseAnswer(shown, answer, WHAT).data.attributes;
  return { status, message: (message ?? '').slice(0, 200) };
}
