import * as z from 'zod';
import { type HcpClient, HcpError } from './hcp-client';
import { parseAnswer } from './parse-answer';
import { findWorkspaceId } from './workspace-id';
import type { LinkState } from './workspace-links';

interface TaggedWorkspace {
  readonly organization: string;
  readonly name: string;
  readonly environment: string;
}

const binding = z.object({ attributes: z.object({ key: z.string(), value: z.string().nullish() }) });

/**
 * Looks up whether a workspace has the tags that tell it from others in lists and filters, `project` and `environment`; sees to it
 * where `apply` says so. Other tags are left as they are.
 */
export async function checkTags(
  client: HcpClient,
  { organization, name, environment }: TaggedWorkspace,
  apply: boolean,
): Promise<readonly LinkState[]> {
  const id = await findWorkspaceId(client, organization, name);
  const known = id === undefined ? undefined : await tagsOf(client, id);
  if (id === undefined || known === undefined) return [];
  const wanted = { project: 'warmpath', environment };
  const missing = Object.entries(wanted).filter(([key, value]) => known.get(key) !== value);
  if (missing.length === 0) return [];
  const what = `tagged ${missing.map(([key, value]) => `${key}=${value}`).join(', ')}`;
  if (!apply) return [{ sentence: `${what}: not yet; --apply makes it so`, isWanted: false }];
  const data = missing.map(([key, value]) => ({ type: 'tag-bindings', attributes: { key, value } }));
  const path = `/workspaces/${id}/tag-bindings`;
  client.checkStatus(await client.request('PATCH', path, { data }), path);
  return [{ sentence: `${what}: made`, isWanted: true }];
}

/** Returns the tags by key; undefined where the host has no tags of key and value, as Terraform Enterprise up to 2024. */
async function tagsOf(
  client: HcpClient,
  id: string,
): Promise<ReadonlyMap<string, string | undefined> | undefined> {
  try {
    const found = await client.list(`/workspaces/${id}/tag-bindings`);
    const tags = found.map((item) => parseAnswer(binding, item, 'a tag').attributes);
    return new Map(tags.map(({ key, value }) => [key, value ?? undefined]));
  } catch (error) {
    if (error instanceof HcpError && error.status === 404) return undefined;
    throw error;
  }
}
