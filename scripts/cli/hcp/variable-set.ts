import * as z from 'zod';
import { BadInput } from '../bad-input';
import { FAILED } from '../exit-codes';
import type { HcpClient } from './hcp-client';
import { parseAnswer } from './parse-answer';
import { workspaceId } from './workspace-id';
import { hcpClient, type WantedWorkspace, wantedWorkspaces } from './workspaces';

export interface VariablesRequest {
  readonly out: string;
  readonly environment: string;
  /** ARN of the role that plans. */
  readonly planRole: string;
  /** ARN of the role that applies. */
  readonly applyRole: string;
  /** Create and change what differs. @default false: say what would be done */
  readonly apply: boolean;
}

const id = z.string().regex(/^[\w-]+$/);
const variableSet = z.object({
  id,
  attributes: z.object({ name: z.string(), global: z.boolean().optional() }),
  relationships: z
    .object({ workspaces: z.object({ data: z.array(z.object({ id })) }).optional() })
    .optional(),
});
const variable = z.object({
  id,
  attributes: z.object({ key: z.string(), value: z.string().nullish(), category: z.string() }),
});

const ROLE = /^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/;

/**
 * Compares the variable set of an environment with what its stacks need to reach AWS without a stored key, and brings it there
 * where `apply` says so. Returns the exit code.
 *
 * @throws BadInput where no stack of the environment keeps its state in HCP Terraform, or a role is none
 */
export async function variables(request: VariablesRequest): Promise<number> {
  for (const [flag, arn] of [
    ['--plan-role', request.planRole],
    ['--apply-role', request.applyRole],
  ] as const)
    if (!ROLE.test(arn))
      throw new BadInput(
        `${flag}: got ${JSON.stringify(arn.slice(0, 200))}; allowed the ARN of a role, such as arn:aws:iam::111111111111:role/warmpath-plan`,
      );
  const wanted = wantedWorkspaces(request.out).filter(
    ({ environment }) => environment === request.environment,
  );
  const [first] = wanted;
  if (first === undefined)
    throw new BadInput(
      `--environment ${JSON.stringify(request.environment)}: no stack of it in ${request.out} keeps its state in HCP Terraform`,
    );
  const lines = await checkVariableSet(hcpClient(first.hostname), wanted, request);
  process.stdout.write(lines.length === 0 ? 'as wanted\n' : lines.map((line) => `${line}\n`).join(''));
  return lines.length === 0 || request.apply ? 0 : FAILED;
}

/** Returns what differs in sentences; where `apply` says so it has been seen to by then. */
export async function checkVariableSet(
  client: HcpClient,
  workspaces: readonly WantedWorkspace[],
  { environment, planRole, applyRole, apply }: VariablesRequest,
): Promise<readonly string[]> {
  const organization = workspaces[0]?.organization ?? '';
  const name = `warmpath-${environment}-aws`;
  const path = `/organizations/${encodeURIComponent(organization)}/varsets`;
  const values = {
    TFC_AWS_PROVIDER_AUTH: 'true',
    TFC_AWS_PLAN_ROLE_ARN: planRole,
    TFC_AWS_APPLY_ROLE_ARN: applyRole,
  };
  const ids = await Promise.all(
    workspaces.map((workspace) => workspaceId(client, organization, workspace.name)),
  );
  const references = ids.map((each) => ({ type: 'workspaces', id: each }));
  const found = await findVariableSet(client, path, name);
  if (found === undefined) {
    if (apply)
      await client.create(
        path,
        {
          data: {
            type: 'varsets',
            attributes: { name, description: 'Roles of AWS, without a stored key', global: false },
            relationships: {
              workspaces: { data: references },
              vars: { data: Object.entries(values).map(([key, value]) => variableBody(key, value)) },
            },
          },
        },
        () => findVariableSet(client, path, name),
      );
    return [`variable set ${name}: ${apply ? 'created' : 'missing; --apply creates it'}`];
  }
  return [
    ...(await missingWorkspaces(client, found, references, apply)),
    ...(await differingVariables(client, found.id, values, apply)),
  ];
}

async function findVariableSet(client: HcpClient, path: string, name: string) {
  return (await client.list(path))
    .map((item) => parseAnswer(variableSet, item, 'a variable set'))
    .find(({ attributes }) => attributes.name === name);
}

async function missingWorkspaces(
  client: HcpClient,
  { id: set, relationships }: z.infer<typeof variableSet>,
  references: readonly { readonly id: string }[],
  apply: boolean,
): Promise<readonly string[]> {
  const known = new Set((relationships?.workspaces?.data ?? []).map((workspace) => workspace.id));
  const missing = references.filter((reference) => !known.has(reference.id));
  if (missing.length === 0) return [];
  if (apply) await client.post(`/varsets/${set}/relationships/workspaces`, { data: missing });
  return [`workspaces without the variable set: ${missing.length}${apply ? '; added' : ''}`];
}

async function differingVariables(
  client: HcpClient,
  set: string,
  values: Readonly<Record<string, string>>,
  apply: boolean,
): Promise<readonly string[]> {
  const path = `/varsets/${set}/relationships/vars`;
  const known = await variablesOf(client, path);
  const lines: string[] = [];
  for (const [key, value] of Object.entries(values)) {
    const old = known.get(key);
    if (old?.attributes.value === value) continue;
    if (apply && old === undefined)
      await client.create(path, { data: variableBody(key, value) }, async () => {
        return (await variablesOf(client, path)).get(key);
      });
    if (apply && old !== undefined)
      await client.json('PATCH', `${path}/${old.id}`, { data: { ...variableBody(key, value), id: old.id } });
    lines.push(
      `${key}: ${old === undefined ? 'missing' : `is ${old.attributes.value ?? '(hidden)'}`}, ${apply ? 'now' : 'wanted'} ${value}`,
    );
  }
  return lines;
}

/** Returns the environment variables of a set by name. */
async function variablesOf(client: HcpClient, path: string) {
  const all = (await client.list(path)).map((item) => parseAnswer(variable, item, 'a variable'));
  const ofShell = all.filter(({ attributes }) => attributes.category === 'env');
  return new Map(ofShell.map((each) => [each.attributes.key, each]));
}

function variableBody(key: string, value: string) {
  return { type: 'vars', attributes: { key, value, category: 'env', hcl: false, sensitive: false } };
}
