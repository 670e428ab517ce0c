import * as z from 'zod';
import { type HcpClient, HcpError } from './hcp-client';
import { parseAnswer } from './parse-answer';

const answer = z.object({ data: z.object({ id: z.string().regex(/^[\w-]+$/) }) });

/** Returns the path of a workspace, or of all of an organization. */
export function workspacePath(organization: string, name?: string): string {
  const all = `/organizations/${encodeURIComponent(organization)}/workspaces`;
  return name === undefined ? all : `${all}/${encodeURIComponent(name)}`;
}

/**
 * Returns the id of a workspace.
 *
 * @throws HcpError where there is none, or the token may not see it
 */
export async function workspaceId(client: HcpClient, organization: string, name: string): Promise<string> {
  const found = await client.json('GET', workspacePath(organization, name));
  return parseAnswer(answer, found, `the workspace ${name}`).data.id;
}

/** Returns the id of a workspace; undefined where there is none, or the token may not see it. */
export async function findWorkspaceId(
  client: HcpClient,
  organization: string,
  name: string,
): Promise<string | undefined> {
  try {
    return await workspaceId(client, organization, name);
  } catch (error) {
    if (error instanceof HcpError && error.status === 404) return undefined;
    throw error;
  }
}
