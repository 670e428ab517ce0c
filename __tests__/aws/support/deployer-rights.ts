/** What whoever deploys has to be allowed: the operations that Terraform asked AWS for, as actions of IAM. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const PAGE = join(__dirname, '../../../docs/reference/deployer-permissions.md');

/** Prefixes of actions where they are not the service's name in lower case without blanks. */
const PREFIXES: Readonly<Record<string, string>> = {
  cloudwatch: 'cloudwatch',
  cloudwatchlogs: 'logs',
  eventbridge: 'events',
  sfn: 'states',
};

/** Operations of S3 that are allowed by an action of another name. */
const S3_ACTIONS: Readonly<Record<string, string>> = {
  HeadObject: 'GetObject',
  HeadBucket: 'ListBucket',
  ListObjectVersions: 'ListBucketVersions',
  ListObjectsV2: 'ListBucket',
  DeleteObjects: 'DeleteObject',
  GetBucketEncryption: 'GetEncryptionConfiguration',
  PutBucketEncryption: 'PutEncryptionConfiguration',
  GetBucketLifecycleConfiguration: 'GetLifecycleConfiguration',
  PutBucketLifecycleConfiguration: 'PutLifecycleConfiguration',
  GetBucketReplication: 'GetReplicationConfiguration',
  GetBucketAccelerateConfiguration: 'GetAccelerateConfiguration',
  GetPublicAccessBlock: 'GetBucketPublicAccessBlock',
  PutPublicAccessBlock: 'PutBucketPublicAccessBlock',
  GetObjectLockConfiguration: 'GetBucketObjectLockConfiguration',
  GetBucketCors: 'GetBucketCORS',
  DeleteBucketLifecycle: 'PutLifecycleConfiguration',
};

/** API Gateway knows methods on paths in place of actions. */
const VERBS: readonly (readonly [RegExp, string])[] = [
  [/^Get/, 'GET'],
  [/^(?:Create|Import)/, 'POST'],
  [/^(?:Put|Tag)/, 'PUT'],
  [/^Update/, 'PATCH'],
  [/^(?:Delete|Untag)/, 'DELETE'],
];

function actionOf(operation: string): string {
  const at = operation.lastIndexOf(' ');
  const [service, method] = [operation.slice(0, at), operation.slice(at + 1)];
  const name = service.toLowerCase().replaceAll(' ', '');
  if (name === 'apigateway')
    return `apigateway:${VERBS.find(([pattern]) => pattern.test(method))?.[1] ?? method}`;
  if (name === 's3') return `s3:${S3_ACTIONS[method] ?? method}`;
  if (name === 'lambda' && method === 'Invoke') return 'lambda:InvokeFunction';
  return `${PREFIXES[name] ?? name}:${method}`;
}

/** Of a call that carries a program the provider's log does not name the operation. */
const NOT_IN_THE_LOG = ['Lambda CreateFunction'];

function actionsOf(operations: readonly string[]): readonly string[] {
  return [...operations, ...NOT_IN_THE_LOG].filter((operation) => operation.trim() !== '').map(actionOf);
}

/** Returns a table of the actions, a row for each service. */
function rightsTable(actions: readonly string[]): string {
  const byService = new Map<string, Set<string>>();
  for (const action of actions) {
    const [service = '', name = ''] = action.split(':');
    byService.set(service, (byService.get(service) ?? new Set()).add(name));
  }
  const rows = [...byService].sort().map(([service, names]) => {
    const written = [...names].sort().map((name) => `\`${name}\``);
    return `| \`${service}\` | ${written.join(', ')} |`;
  });
  return ['| service | actions |', '| --- | --- |', ...rows].join('\n');
}

/** Returns the actions that a table of the page names. */
function writtenActions(table: string): ReadonlySet<string> {
  const rows = [...table.matchAll(/^\| `(\w+)` \| (.+) \|$/gm)];
  return new Set(
    rows.flatMap(([, service = '', names = '']) =>
      [...names.matchAll(/`(\w+)`/g)].map(([, name = '']) => `${service}:${name}`),
    ),
  );
}

/** The page names every action that these operations of a stack take; `UPDATE_RIGHTS=1` writes the table anew. */
export function expectDeployerRights(stack: string, operations: readonly string[]): void {
  const [begin, end] = [`<!-- rights for ${stack} -->\n`, `\n<!-- /rights for ${stack} -->`];
  const page = readFileSync(PAGE, 'utf8');
  const [from, to] = [page.indexOf(begin) + begin.length, page.indexOf(end)];
  const actions = actionsOf(operations);
  if (process.env['UPDATE_RIGHTS'] !== undefined)
    writeFileSync(PAGE, `${page.slice(0, from)}${rightsTable(actions)}${page.slice(to)}`);
  else {
    const written = writtenActions(page.slice(from, to));
    expect(actions.filter((action) => !written.has(action))).toEqual([]);
  }
}
