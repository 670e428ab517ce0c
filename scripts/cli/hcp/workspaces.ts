import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { BadInput } from '../bad-input';
import { FAILED } from '../exit-codes';
import { stackEnvironment } from '../stack-environment';
import { renderTable } from '../terminal/table';
import { HcpClient, HcpError } from './hcp-client';
import { findHcpToken } from './hcp-token';
import { parseAnswer } from './parse-answer';
import { findWorkspaceId, workspacePath } from './workspace-id';
import { checkLinks } from './workspace-links';
import { checkTags } from './workspace-tags';

export interface WorkspacesRequest {
  /** Synthesis output whose `cloud` backends name the workspaces. */
  readonly out: string;
  /** Create what is missing. @default false: say what would be done */
  readonly apply: boolean;
  /** Pool of own agents that the workspaces run on. @default - workers of HCP Terraform, or what a workspace is set to */
  readonly agentPool?: string;
}

/** A workspace that a stack keeps its state in. */
export interface WantedWorkspace {
  readonly stack: string;
  readonly environment: string;
  readonly hostname: string;
  readonly organization: string;
  readonly name: string;
  /** Workspaces of the same organization whose state the stack reads. */
  readonly reads: readonly string[];
}

export type WorkspaceState =
  | { readonly kind: 'as-wanted' }
  | { readonly kind: 'missing' | 'created' }
  | { readonly kind: 'differs'; readonly differences: readonly string[] };

const synthesizedStack = z.object({
  terraform: z.object({
    cloud: z
      .object({
        organization: z.string(),
        hostname: z.string().optional(),
        workspaces: z.object({ name: z.string() }),
      })
      .optional(),
  }),
  data: z
    .object({
      terraform_remote_state: z
        .record(
          z.string(),
          z.object({
            config: z
              .object({
                organization: z.string().optional(),
                workspaces: z.object({ name: z.string().optional() }).optional(),
              })
              .optional(),
          }),
        )
        .optional(),
    })
    .optional(),
});

const workspaceAnswer = z.object({ data: z.object({ attributes: z.record(z.string(), z.unknown()) }) });

/** Nothing is applied without a person, and no other workspace reads the state but those that are named. */
const WANTED: Readonly<Record<string, unknown>> = {
  'auto-apply': false,
  'global-remote-state': false,
  'speculative-enabled': true,
};

const TERRAFORM_VERSION = '~> 1.11';

/** Compares the workspaces that the stacks name with those that are there, and creates missing ones. Returns the exit code. */
export async function workspaces({ out, apply, agentPool }: WorkspacesRequest): Promise<number> {
  if (agentPool !== undefined && !/^apool-[A-Za-z0-9]+$/.test(agentPool))
    throw new BadInput(
      `--agent-pool: got ${JSON.stringify(agentPool.slice(0, 100))}; allowed the id of a pool, such as apool-yoGUFz5zcRMMz53i`,
    );
  const wanted = wantedWorkspaces(out);
  if (wanted.length === 0) {
    process.stdout.write('no stack keeps its state in HCP Terraform\n');
    return 0;
  }
  const rows: string[][] = [];
  const there: WantedWorkspace[] = [];
  let isWhole = true;
  for (const workspace of wanted) {
    const client = hcpClient(workspace.hostname);
    const state = await checkWorkspace(client, workspace, apply, agentPool);
    if (state.kind === 'missing' || state.kind === 'differs') isWhole = false;
    if (state.kind !== 'missing') there.push(workspace);
    rows.push([workspace.stack, `${workspace.organization}/${workspace.name}`, sentenceOf(state)]);
  }
  // Every workspace is there by now, if it is to be.
  for (const workspace of wanted) {
    const client = hcpClient(workspace.hostname);
    const states = [
      ...(there.includes(workspace) ? await checkTags(client, workspace, apply) : []),
      ...(await checkLinks(client, workspace, apply)),
    ];
    if (states.some(({ isWanted }) => !isWanted)) isWhole = false;
    for (const { sentence } of states)
      rows.push([workspace.stack, `${workspace.organization}/${workspace.name}`, sentence]);
  }
  const columns = [{ title: 'stack' }, { title: 'workspace' }, { title: 'state' }];
  process.stdout.write(`${renderTable(columns, rows).join('\n')}\n`);
  return isWhole ? 0 : FAILED;
}

/**
 * Returns the workspaces that the stacks of a synthesis name.
 *
 * @throws BadInput where there is no synthesis
 */
export function wantedWorkspaces(out: string): readonly WantedWorkspace[] {
  let names: readonly string[];
  try {
    names = readdirSync(join(out, 'stacks')).sort();
  } catch (cause) {
    throw new BadInput(`--out ${out}: no stacks in it; run npm run synth first`, { cause });
  }
  return names.flatMap((stack) => {
    const document: unknown = JSON.parse(readFileSync(join(out, 'stacks', stack, 'cdk.tf.json'), 'utf8'));
    const parsed = synthesizedStack.safeParse(document);
    const cloud = parsed.success ? parsed.data.terraform.cloud : undefined;
    if (cloud === undefined) return [];
    const { organization, hostname = 'app.terraform.io', workspaces: named } = cloud;
    const states = Object.values(parsed.data?.data?.terraform_remote_state ?? {});
    const reads = states.flatMap(({ config }) =>
      config?.organization === organization && config.workspaces?.name !== undefined
        ? [config.workspaces.name]
        : [],
    );
    const environment = stackEnvironment(stack, document);
    return [
      { stack, environment, hostname, organization, name: named.name, reads: [...new Set(reads)].sort() },
    ];
  });
}

/** Returns a client of the API of a host, with the token that Terraform would use there. */
export function hcpClient(hostname: string): HcpClient {
  return new HcpClient({ origin: `https://${hostname}`, token: findHcpToken(hostname) });
}

/** Looks a workspace up, and creates it where it is missing and `apply` says so. */
export async function checkWorkspace(
  client: HcpClient,
  { organization, name }: Pick<WantedWorkspace, 'organization' | 'name'>,
  apply: boolean,
  agentPool?: string,
): Promise<WorkspaceState> {
  let answer: unknown;
  try {
    answer = await client.json('GET', workspacePath(organization, name));
  } catch (error) {
    if (!(error instanceof HcpError) || error.status !== 404) throw error;
    if (!apply) return { kind: 'missing' };
    const attributes = {
      name,
      ...WANTED,
      'terraform-version': TERRAFORM_VERSION,
      'execution-mode': agentPool === undefined ? 'remote' : 'agent',
      ...(agentPool !== undefined && { 'agent-pool-id': agentPool }),
    };
    await client.create(workspacePath(organization), { data: { type: 'workspaces', attributes } }, () =>
      findWorkspaceId(client, organization, name),
    );
    return { kind: 'created' };
  }
  const { attributes } = parseAnswer(workspaceAnswer, answer, `the workspace ${name}`).data;
  const differences = Object.entries(WANTED)
    .filter(([key, value]) => attributes[key] !== undefined && attributes[key] !== value)
    .map(([key, value]) => `${key} is ${JSON.stringify(attributes[key])}, wanted ${JSON.stringify(value)}`);
  const mode = attributes['execution-mode'];
  const modes = agentPool === undefined ? ['remote', 'agent'] : ['agent'];
  if (typeof mode === 'string' && !modes.includes(mode))
    differences.push(`execution-mode is ${JSON.stringify(mode)}, wanted ${modes.join(' or ')}`);
  return differences.length === 0 ? { kind: 'as-wanted' } : { kind: 'differs', differences };
}

function sentenceOf(state: WorkspaceState): string {
  switch (state.kind) {
    case 'as-wanted':
      return 'as wanted';
    case 'created':
      return 'created';
    case 'missing':
      return 'missing, or the token may not see it; --apply creates it';
    case 'differs':
      return state.differences.join('; ');
  }
}
