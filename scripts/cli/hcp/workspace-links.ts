import * as z from 'zod';
import { type HcpClient, HcpError } from './hcp-client';
import { parseAnswer } from './parse-answer';
import { findWorkspaceId } from './workspace-id';

/** A workspace, and those of its organization whose state it reads. */
interface Reader {
  readonly organization: string;
  readonly name: string;
  readonly reads: readonly string[];
}

/** What two workspaces need where one reads the other's state. */
export interface LinkState {
  readonly sentence: string;
  readonly isWanted: boolean;
}

const identified = z.object({ id: z.string().regex(/^[\w-]+$/) });
const trigger = z.object({ relationships: z.object({ sourceable: z.object({ data: identified }) }) });

/** HCP Terraform takes no more for one workspace. */
const MAX_SOURCES = 20;

/**
 * Looks up whether a workspace may read the states that its stack reads, and runs after each apply of theirs; sees to both where
 * `apply` says so.
 */
export async function checkLinks(
  client: HcpClient,
  { organization, name, reads }: Reader,
  apply: boolean,
): Promise<readonly LinkState[]> {
  if (reads.length === 0) return [];
  const id = await findWorkspaceId(client, organization, name);
  const sources = id === undefined ? [] : await triggerSources(client, id);
  const states: LinkState[] = [];
  for (const source of reads) {
    const sourceId = await findWorkspaceId(client, organization, source);
    if (id === undefined || sourceId === undefined) {
      states.push({
        sentence: `reads ${source}, which is missing as long as one of both is`,
        isWanted: false,
      });
      continue;
    }
    const consumers = `/workspaces/${sourceId}/relationships/remote-state-consumers`;
    const isShared = (await client.list(consumers)).some(
      (item) => parseAnswer(identified, item, 'a workspace').id === id,
    );
    if (!isShared && apply) await client.post(consumers, { data: [{ type: 'workspaces', id }] });
    states.push(linkState(`reads the state of ${source}`, isShared, apply));
    const isTriggered = sources.includes(sourceId);
    if (!isTriggered && sources.length >= MAX_SOURCES)
      throw new HcpError(
        `${name} has ${MAX_SOURCES} run triggers, the most that are allowed; remove one`,
        200,
      );
    if (!isTriggered && apply)
      await client.create(
        `/workspaces/${id}/run-triggers`,
        { data: { relationships: { sourceable: { data: { id: sourceId, type: 'workspaces' } } } } },
        async () => (await triggerSources(client, id)).find((each) => each === sourceId),
      );
    states.push(linkState(`runs after ${source}`, isTriggered, apply));
  }
  return states;
}

function linkState(what: string, isThere: boolean, apply: boolean): LinkState {
  if (isThere) return { sentence: what, isWanted: true };
  return apply
    ? { sentence: `${what}: made`, isWanted: true }
    : { sentence: `${what}: not yet; --apply makes it so`, isWanted: false };
}

async function triggerSources(client: HcpClient, id: string): Promise<readonly string[]> {
  const found = await client.list(`/workspaces/${id}/run-triggers?filter%5Brun-trigger%5D%5Btype%5D=inbound`);
  return found.map((item) => parseAnswer(trigger, item, 'a run trigger').relationships.sourceable.data.id);
}
