import { checkVariableSet } from '../../../../scripts/cli/hcp/variable-set';
import { HcpApi } from './hcp-api';

const SETS = '/api/v2/organizations/acme/varsets';
const VARIABLES = '/api/v2/varsets/varset-1/relationships/vars';
const NAME = 'warmpath-prod-aws';
const ROLES = {
  out: 'cdktf.out',
  environment: 'prod',
  planRole: 'arn:aws:iam::111111111111:role/plan',
  applyRole: 'arn:aws:iam::111111111111:role/apply',
};
const WORKSPACES = ['prewarm-prod', 'ai-shell-ecs-prod'].map((stack) => ({
  stack,
  environment: 'prod',
  hostname: 'app.terraform.io',
  organization: 'acme',
  name: `warmpath-${stack}`,
  reads: [],
}));
let api: HcpApi;

beforeEach(async () => {
  api = new HcpApi();
  await api.start();
  for (const { stack, name } of WORKSPACES)
    api.on(`GET /api/v2/organizations/acme/workspaces/${name}`, {
      status: 200,
      body: { data: { id: `ws-${stack}` } },
    });
});

afterEach(async () => {
  await api.stop();
});

function check(apply: boolean): Promise<readonly string[]> {
  return checkVariableSet(api.client(), WORKSPACES, { ...ROLES, apply });
}

function variable(key: string, value: string, category = 'env') {
  return { id: `var-${key}`, attributes: { key, value, category } };
}

function withSet(workspaces: readonly string[], variables: readonly object[]): void {
  const attributes = { name: NAME, global: false };
  const relationships = { workspaces: { data: workspaces.map((id) => ({ id, type: 'workspaces' })) } };
  api
    .on(`GET ${SETS}`, { status: 200, body: { data: [{ id: 'varset-1', attributes, relationships }] } })
    .on(`GET ${VARIABLES}`, { status: 200, body: { data: variables } });
}

describe('the variable set of an environment', () => {
  it('that is missing is created only where told to, with its variables and for its workspaces', async () => {
    api
      .on(`GET ${SETS}`, { status: 200, body: { data: [] } })
      .on(`POST ${SETS}`, { status: 201, body: { data: {} } });
    expect(await check(false)).toEqual([`variable set ${NAME}: missing; --apply creates it`]);
    expect(api.lines()).not.toContain(`POST ${SETS}`);
    expect(await check(true)).toEqual([`variable set ${NAME}: created`]);
    expect(api.sent(`POST ${SETS}`)).toMatchObject({
      data: {
        attributes: { name: NAME, global: false },
        relationships: {
          workspaces: { data: [{ id: 'ws-prewarm-prod' }, { id: 'ws-ai-shell-ecs-prod' }] },
          vars: {
            data: [
              { attributes: { key: 'TFC_AWS_PROVIDER_AUTH', value: 'true', category: 'env' } },
              { attributes: { key: 'TFC_AWS_PLAN_ROLE_ARN', value: ROLES.planRole } },
              { attributes: { key: 'TFC_AWS_APPLY_ROLE_ARN', value: ROLES.applyRole } },
            ],
          },
        },
      },
    });
  });

  it('that is as wanted is left alone', async () => {
    withSet(
      ['ws-prewarm-prod', 'ws-ai-shell-ecs-prod', 'ws-other'],
      [
        variable('TFC_AWS_PROVIDER_AUTH', 'true'),
        variable('TFC_AWS_PLAN_ROLE_ARN', ROLES.planRole),
        variable('TFC_AWS_APPLY_ROLE_ARN', ROLES.applyRole),
        variable('OTHER', 'x'),
      ],
    );
    expect(await check(true)).toEqual([]);
    expect(api.lines().filter((line) => !line.startsWith('GET '))).toEqual([]);
  });

  it('that differs gets what is missing, and what is its own stays', async () => {
    withSet(
      ['ws-prewarm-prod'],
      [variable('TFC_AWS_PROVIDER_AUTH', 'true', 'terraform'), variable('TFC_AWS_PLAN_ROLE_ARN', 'arn:old')],
    );
    api
      .on('POST /api/v2/varsets/varset-1/relationships/workspaces', { status: 204 })
      .on(`POST ${VARIABLES}`, { status: 201, body: { data: {} } })
      .on(`PATCH ${VARIABLES}/var-TFC_AWS_PLAN_ROLE_ARN`, { status: 200, body: { data: {} } });
    const dry = await check(false);
    expect(dry).toEqual([
      'workspaces without the variable set: 1',
      'TFC_AWS_PROVIDER_AUTH: missing, wanted true',
      `TFC_AWS_PLAN_ROLE_ARN: is arn:old, wanted ${ROLES.planRole}`,
      `TFC_AWS_APPLY_ROLE_ARN: missing, wanted ${ROLES.applyRole}`,
    ]);
    expect(api.lines().filter((line) => !line.startsWith('GET '))).toEqual([]);
    expect(await check(true)).toHaveLength(dry.length);
    expect(api.sent('POST /api/v2/varsets/varset-1/relationships/workspaces')).toEqual({
      data: [{ type: 'workspaces', id: 'ws-ai-shell-ecs-prod' }],
    });
    expect(api.sent(`PATCH ${VARIABLES}/var-TFC_AWS_PLAN_ROLE_ARN`)).toMatchObject({
      data: { id: 'var-TFC_AWS_PLAN_ROLE_ARN', attributes: { value: ROLES.planRole } },
    });
  });

  it('gets a variable once where the answer is lost', async () => {
    withSet(['ws-prewarm-prod', 'ws-ai-shell-ecs-prod'], [variable('TFC_AWS_PROVIDER_AUTH', 'true')]);
    const missing = [
      variable('TFC_AWS_PROVIDER_AUTH', 'true'),
      variable('TFC_AWS_PLAN_ROLE_ARN', ROLES.planRole),
    ];
    const whole = [...missing, variable('TFC_AWS_APPLY_ROLE_ARN', ROLES.applyRole)];
    api
      .on(
        `GET ${VARIABLES}`,
        { status: 200, body: { data: missing } },
        { status: 200, body: { data: whole } },
      )
      .on(`POST ${VARIABLES}`, { status: 504 }, { status: 422 });
    expect(await check(true)).toEqual([`TFC_AWS_APPLY_ROLE_ARN: missing, now ${ROLES.applyRole}`]);
    expect(api.lines().filter((line) => line === `POST ${VARIABLES}`)).toHaveLength(1);
  });
});
