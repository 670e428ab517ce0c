/** The whole service on the emulator: applied by Terraform, driven through requests, destroyed. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import {
  CloudFrontClient,
  GetInvalidationCommand,
  ListInvalidationsCommand,
} from '@aws-sdk/client-cloudfront';
import { GetScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import {
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { App } from 'cdktf';
import { type LoopbackCdn, startLoopbackCdn } from '../../scripts/loopback-cdn';
import { addPrewarmVariant } from '../terraform/variants/prewarm';
import { AppliedStack } from './support/applied-stack';
import { expectDeployerRights } from './support/deployer-rights';
import { PrewarmInMotion } from './support/prewarm-stack';
import { makeDistribution } from './support/resources';
import { notedCalls, RolePolicies } from './support/role-policies';
import { StreamPump } from './support/stream-pump';

const VARIANT = 'prewarm-minimal';
const SECRET = 'Bearer s3cret-token';
const outFolder = mkdtempSync(join(tmpdir(), 'warmpath-aws-'));
const app = new App({ outdir: outFolder, stackTraces: false });
addPrewarmVariant(app, VARIANT);
app.synth();

const stack = new AppliedStack(join(outFolder, 'stacks', VARIANT));
const scheduler = new SchedulerClient({});
const sqs = new SQSClient({});
const cloudFront = new CloudFrontClient({});
const pump = new StreamPump();
let cdn: LoopbackCdn;
let prewarm: PrewarmInMotion;
let added = 0;
let drift: readonly string[] = [];

beforeAll(async () => {
  added = await stack.apply();
  drift = await stack.drift();
  cdn = await startLoopbackCdn({ pops: ['FRA56-P4', 'NRT57-P3'] });
  prewarm = new PrewarmInMotion(stack, 'local', cdn);
  await prewarm.pointAtEdges();
  await pump.open();
});

afterAll(async () => {
  await prewarm?.stopAgent();
  await cdn?.close();
  stack.close();
  rmSync(outFolder, { recursive: true, force: true });
});

function requestBody(fields: Record<string, unknown>): Record<string, unknown> {
  return {
    url_list: Array.from({ length: 40 }, (_, index) => `https://${cdn.distributionDomain}/file-${index}.bin`),
    cf_domain: cdn.distributionDomain,
    pops: ['FRA56-P4', 'NRT57-P3'],
    timeout: 30,
    header: [`authorization: ${SECRET}`],
    instance_count: 1,
    ...fields,
  };
}

async function submit(fields: Record<string, unknown> = {}): Promise<string> {
  const answer = await prewarm.call('POST', '/prewarm', {}, requestBody(fields));
  expect(answer).toMatchObject({ status: 200, body: { status: 'Success' } });
  return answer.body.request_id;
}

async function progress(id: string) {
  return (await prewarm.call('GET', '/prewarm', { req_id: id })).body;
}

async function request(id: string) {
  return (await prewarm.call('GET', `/requests/${id}`)).body;
}

async function capacity(): Promise<number> {
  return (await prewarm.call('GET', '/instances')).body.desiredcapacity;
}

async function hasDeadline(id: string): Promise<boolean> {
  const GroupName = String(stack.resource('aws_scheduler_schedule_group')['name']);
  return scheduler.send(new GetScheduleCommand({ GroupName, Name: id })).then(
    () => true,
    () => false,
  );
}

/** The report is written by a function that was called without waiting for it. */
async function reported(id: string): Promise<void> {
  await pump.until(
    async () => (await prewarm.call('GET', '/report', { req_id: id, format: 'json' })).status === 302,
  );
}

describe('the stack', () => {
  it('is applied whole, and a second plan finds nothing to do', () => {
    expect(added).toBeGreaterThan(90);
    expect(drift).toEqual([]);
  });

  it('is planned by reading alone, and of objects by looking at programs: the role of jobs that plan may do no more', () => {
    const methods = stack.readsOfPlan().map((operation) => operation.split(' ').at(-1) ?? '');
    expect(methods).toContain('HeadObject');
    expect(methods.filter((method) => !/^(?:Get|List|Describe|Head|$)/.test(method))).toEqual([]);
    for (const { key } of stack.resources('aws_s3_object')) expect(key).toMatch(/^code\/agent-/);
  });
});

describe('a message that is no slice', () => {
  it('ends among the dead letters, after its deliveries', async () => {
    const QueueUrl = String(stack.resource('aws_sqs_queue', 'queue_tasks')['url']);
    const deadLetterUrl = String(stack.resource('aws_sqs_queue', 'queue_dead-letters')['url']);
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'not a slice' }));
    async function dead(): Promise<number> {
      const { Attributes } = await sqs.send(
        new GetQueueAttributesCommand({
          QueueUrl: deadLetterUrl,
          AttributeNames: ['ApproximateNumberOfMessages'],
        }),
      );
      return Number(Attributes?.ApproximateNumberOfMessages);
    }
    for (let delivery = 0; delivery < 20 && (await dead()) === 0; delivery += 1)
      await sqs.send(new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout: 0, WaitTimeSeconds: 0 }));
    expect(await dead()).toBe(1);
  });
});

describe('requests that nobody works on yet', () => {
  let late: string;
  let unwanted: string;
  let waiting: string;

  beforeAll(async () => {
    [late, unwanted, waiting] = [await submit({ instance_count: 2 }), await submit(), await submit()];
    await pump.until(async () => (await progress(waiting)).status === 'IN-PROGRESS');
  });

  it('ask for their instances together', async () => {
    expect(await capacity()).toBe(4);
  });

  it('are stopped at their deadline, by what the schedule calls', async () => {
    await prewarm.reachDeadline(late);
    expect(await request(late)).toMatchObject({ status: 'STOPPED', stop_reason: 'deadline' });
    await reported(late);
    expect(await capacity()).toBe(2);
  });

  it('are stopped alone when asked to, and a second time with the same answer', async () => {
    for (const _ of [1, 2])
      expect(await prewarm.call('DELETE', '/prewarm', { req_id: unwanted })).toMatchObject({
        status: 200,
        body: { status: 'success' },
      });
    expect(await request(unwanted)).toMatchObject({ status: 'STOPPED', stop_reason: 'asked' });
    expect((await request(waiting)).status).toBe('IN-PROGRESS');
  });

  it('have their slices dropped by agents, which finish the one that is left', async () => {
    prewarm.startAgent();
    await pump.until(async () => (await progress(waiting)).status === 'FINISHED');
    await pump.until(async () => {
      const { available_task_count: available, in_progress_task_count: underway } = await progress(waiting);
      return available + underway === 0;
    });
    for (const id of [late, unwanted])
      expect(await request(id)).toMatchObject({ status: 'STOPPED', fetches: 0 });
  });
});

describe('a request', () => {
  let id: string;

  beforeAll(async () => {
    id = await submit();
  });

  it('asks for its instances and has a deadline from the start', async () => {
    expect(await capacity()).toBe(1);
    expect(await hasDeadline(id)).toBe(true);
  });

  it('goes from the API through sizes, slices and agents to FINISHED with every fetch counted once', async () => {
    await pump.until(async () => (await progress(id)).status === 'FINISHED');
    expect(await progress(id)).toMatchObject({
      download_count: 80,
      total_count: 80,
      percentage_complete: 100,
    });
    expect(cdn.pops.map(({ storedObjects }) => storedObjects)).toEqual([40, 40]);
  });

  it('is counted no further by records that come again', async () => {
    const before = await request(id);
    const again = new StreamPump();
    await again.open();
    await again.round();
    expect(await request(id)).toMatchObject({ fetches: before.fetches, warm: 80, failed: 0 });
  });

  it('leaves a report, no instance and no deadline', async () => {
    await reported(id);
    const { body } = await prewarm.call('GET', '/summary', { req_id: id });
    expect(body).toMatchObject({ status: 'FINISHED', failure_pops: [] });
    expect(await (await fetch(body.failure_pop_urls_report)).text()).toMatch(/^pop,url,errorMsg,command/);
    expect(await capacity()).toBe(0);
    expect(await hasDeadline(id)).toBe(false);
  });

  it('is handed back by an agent that is told to stop, and finished by the next one', async () => {
    await prewarm.stopAgent();
    const urls = Array.from(
      { length: 40 },
      (_, index) => `https://${cdn.distributionDomain}/held-${index}.bin`,
    );
    const held = await submit({ url_list: urls });
    await pump.until(async () => (await progress(held)).status === 'IN-PROGRESS');
    cdn.inject({ fault: { kind: 'stall', at: 'header' }, path: /^\/held-/ });
    prewarm.startAgent();
    await pump.until(async () => (await progress(held)).in_progress_task_count > 0);
    expect(await prewarm.stopAgent()).toBe(0);
    expect(await progress(held)).toMatchObject({ in_progress_task_count: 0, download_count: 0 });

    cdn.clearFaults();
    prewarm.startAgent();
    await pump.until(async () => (await progress(held)).status === 'FINISHED');
    expect(await request(held)).toMatchObject({ fetches: 80, warm: 80, failed: 0 });
  });

  it('may have its list uploaded first, and is refused while the list is not there', async () => {
    const { body: place } = await prewarm.call('POST', '/lists');
    const withList = { url_list: undefined, list_id: place.list_id };
    const early = await prewarm.call('POST', '/prewarm', {}, requestBody(withList));
    expect(early).toMatchObject({ status: 400, body: { message: expect.stringContaining('list_id') } });
    const urls = Array.from(
      { length: 30 },
      (_, index) => `https://${cdn.distributionDomain}/up-${index}.bin`,
    );
    expect((await fetch(place.upload_url, { method: 'PUT', body: urls.join('\n') })).status).toBe(200);
    const uploaded = await submit(withList);
    await pump.until(async () => (await progress(uploaded)).status === 'FINISHED');
    expect(await request(uploaded)).toMatchObject({ url_count: 30, fetches: 60, warm: 60 });
  });

  it('is stopped before anything is warmed where the distribution cannot be invalidated, else invalidates once', async () => {
    const urls = ['a', 'b?x=1'].map((path) => `https://${cdn.distributionDomain}/renewed/${path}`);
    const ofNobody = await submit({ url_list: urls, need_invalidate: true });
    await pump.until(async () => (await progress(ofNobody)).status === 'STOPPED');
    expect(await request(ofNobody)).toMatchObject({ stop_reason: 'invalidation-refused', fetches: 0 });

    const DistributionId = await makeDistribution(cdn.distributionDomain, cloudFront);
    const ours = await submit({ url_list: urls, need_invalidate: true });
    await pump.until(async () => (await progress(ours)).status === 'FINISHED');
    expect(await request(ours)).toMatchObject({ fetches: 4, warm: 4 });
    const { InvalidationList } = await cloudFront.send(new ListInvalidationsCommand({ DistributionId }));
    expect(InvalidationList?.Items).toHaveLength(1);
    const { Invalidation } = await cloudFront.send(
      new GetInvalidationCommand({ DistributionId, Id: InvalidationList?.Items?.[0]?.Id }),
    );
    expect(Invalidation?.InvalidationBatch).toMatchObject({
      CallerReference: `${ours}-0`,
      Paths: { Items: ['/renewed/a', '/renewed/b?x=1'] },
    });
  });

  it('reports what failed, with PoP and reason', async () => {
    cdn.inject({ fault: { kind: 'status', status: 404 }, path: /^\/gone-/ });
    const urls = ['gone-1', 'gone-2', 'there'].map((name) => `https://${cdn.distributionDomain}/${name}.bin`);
    const id = await submit({ url_list: urls });
    await pump.until(async () => (await progress(id)).status === 'FINISHED');
    expect(await request(id)).toMatchObject({ fetches: 6, warm: 2, failed: 4 });
    await reported(id);
    const { body } = await prewarm.call('GET', '/summary', { req_id: id });
    const [, ...rows] = (await (await fetch(body.failure_pop_urls_report)).text()).trim().split('\r\n');
    expect(rows.sort()).toEqual(
      ['FRA56-P4', 'NRT57-P3'].flatMap((pop) =>
        urls.slice(0, 2).map((url) => expect.stringMatching(new RegExp(`^${pop},${url},.*404`))),
      ),
    );
    cdn.clearFaults();
  });

  it('may be compressed, as a long list has to be, whole or in a field of its own', async () => {
    const body = gzipSync(JSON.stringify(requestBody({ instance_count: 0, idempotency_key: 'compressed' })));
    const first = await prewarm.call('POST', '/prewarm', {}, body);
    expect(first).toMatchObject({ status: 200, body: { status: 'Success' } });
    for (const same of [body, { input: body.toString('base64') }]) {
      const again = await prewarm.call('POST', '/prewarm', {}, same);
      expect(again.body.request_id).toBe(first.body.request_id);
    }
    expect((await request(first.body.request_id)).url_count).toBe(40);
    await prewarm.call('DELETE', '/prewarm', { req_id: first.body.request_id });
  });

  it('sends its secret header to the edges and nowhere else', () => {
    expect(cdn.seen.filter((seen) => JSON.stringify(seen).includes(SECRET)).length).toBeGreaterThan(0);
    expect(prewarm.logs.join('')).toContain('slice-settled');
    expect(prewarm.logs.join('')).not.toContain('s3cret');
  });
});

/** What AWS does under a role by itself, or asks for without a call of that name. */
function isOfAws(granted: string): boolean {
  return (
    / (logs:|ssm:|ssmmessages:|kms:|dynamodb:(DescribeStream|GetRecords|GetShardIterator|ListStreams)$|s3:(ListBucket|AbortMultipartUpload)$)/.test(
      granted,
    ) || /(?<!insert_tasks_to_queue_local) sqs:SendMessage$/.test(granted)
  );
}

/** Role and action, each with what would need it. */
const NOT_NEEDED_HERE = {
  'agent_role autoscaling:SetInstanceProtection': 'an instance of the group',
  'api_handler cloudfront:ListDistributions': 'a host under an alias record, which no CNAME tells of',
  'api_handler scheduler:UpdateSchedule': 'a request that is sent again after a crash',
  'get_url_size cloudfront:ListDistributions': 'a sitemap that names such a host',
  'scheduler_to_stop dynamodb:BatchGetItem': 'a deadline that finds results uncounted',
} as const;

describe('the stack, in the end', () => {
  it('has asked AWS for nothing that its roles do not allow', async () => {
    const policies = new RolePolicies(stack);
    const calls = (await notedCalls()).filter(({ role }) => role.startsWith('prewarm_'));
    expect(new Set(calls.map(({ role }) => role)).size).toBe(8);
    expect(calls.filter((call) => !policies.allows(call))).toEqual([]);
    const another = {
      role: 'prewarm_agent_role_local',
      action: 's3:PutObject',
      resource: 'arn:aws:s3:::b/id/x.txt',
    };
    expect(policies.allows(another)).toBe(false);
  });

  it('grants nothing that these requests had no use for, but for what is listed with its reason', async () => {
    const unused = new RolePolicies(stack).unused(await notedCalls());
    expect(unused.filter((granted) => !isOfAws(granted))).toEqual(
      Object.keys(NOT_NEEDED_HERE).map((granted) => `prewarm_${granted.replace(' ', '_local ')}`),
    );
  });

  it('is destroyed, with what is in its bucket', async () => {
    expect(await prewarm.stopAgent()).toBe(0);
    await stack.destroy();
    expect(() => stack.resource('aws_s3_bucket')).toThrow();
  });

  it('took of whoever deployed it the rights that the page names', () => {
    // What a bucket that holds something takes besides.
    const emptying = ['S3 ListObjectVersions', 'S3 DeleteObjects'];
    expectDeployerRights('prewarm', [...stack.operations(), ...emptying]);
  });
});
