import './environment';
import { DescribeImagesCommand, ECRClient, ImageNotFoundException } from '@aws-sdk/client-ecr';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import * as fc from 'fast-check';
import { handler } from '../../../lambdas/image-digest/handler';
import { imagePush, pushedTag } from '../../../lambdas/image-digest/pushed-image';

const REPOSITORY = '111111111111.dkr.ecr.eu-central-1.amazonaws.com/team/ai-shell';
const DIGEST = digestOf('ab');
const PARAMETER = '/warmpath/shell/golden-image';

const ecr = mockClient(ECRClient);
const ssm = mockClient(SSMClient);

function digestOf(twoDigits: string): string {
  return `sha256:${twoDigits.repeat(32)}`;
}

function push(detail: Readonly<Record<string, unknown>>) {
  return {
    source: 'aws.ecr',
    'detail-type': 'ECR Image Action',
    detail: {
      'action-type': 'PUSH',
      result: 'SUCCESS',
      'repository-name': 'team/ai-shell',
      'image-digest': DIGEST,
      'image-tag': 'v2',
      ...detail,
    },
  };
}

/** ECR and the parameter as they are; answers what the parameter holds. */
function state(tags: Readonly<Record<string, string>>, recorded: string): () => string {
  let value = recorded;
  ecr.on(DescribeImagesCommand).callsFake(({ repositoryName, imageIds }) => {
    const imageDigest = repositoryName === 'team/ai-shell' ? tags[imageIds[0].imageTag] : undefined;
    if (imageDigest === undefined) throw new ImageNotFoundException({ message: 'gone', $metadata: {} });
    return { imageDetails: [{ imageDigest }] };
  });
  ssm.on(GetParameterCommand).callsFake(() => ({ Parameter: { Value: value } }));
  ssm.on(PutParameterCommand).callsFake(({ Value }) => {
    value = Value;
    return {};
  });
  return () => value;
}

describe('image-digest', () => {
  let written: jest.SpyInstance;

  beforeEach(() => {
    ecr.reset();
    ssm.reset();
    written = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  });

  afterEach(() => jest.restoreAllMocks());

  it('writes the pinned reference of a pushed tag', async () => {
    state({ v2: DIGEST }, `${REPOSITORY}@${digestOf('00')}`);
    await handler(push({}));
    expect(ssm.commandCalls(PutParameterCommand).map(({ args }) => args[0].input)).toEqual([
      { Name: PARAMETER, Value: `${REPOSITORY}@${DIGEST}`, Overwrite: true },
    ]);
  });

  it('leaves a parameter that holds the digest already, so that no build starts', async () => {
    state({ v2: DIGEST }, `${REPOSITORY}@${DIGEST}`);
    await handler(push({}));
    expect(ssm.commandCalls(PutParameterCommand)).toEqual([]);
  });

  it('ends in the newest push of a tag, in whatever order and however often the events come', async () => {
    const digests = [digestOf('01'), digestOf('02'), digestOf('03')];
    const deliveries = fc
      .array(fc.constantFrom(...digests), { minLength: 1, maxLength: 6 })
      .map((events) => events.map((digest) => push({ 'image-digest': digest })));
    await fc.assert(
      fc.asyncProperty(deliveries, async (events) => {
        const parameter = state({ v2: digestOf('03') }, `${REPOSITORY}@${digestOf('00')}`);
        for (const event of events) await handler(event);
        expect(parameter()).toBe(`${REPOSITORY}@${digestOf('03')}`);
      }),
      { numRuns: 30 },
    );
  });

  it('ignores the push of a tag that is gone since, and says so', async () => {
    state({}, 'old');
    await handler(push({}));
    expect(ssm.commandCalls(PutParameterCommand)).toEqual([]);
    expect(JSON.parse(String(written.mock.calls[0]?.[0]))).toEqual({
      event: 'image-push',
      outcome: 'ignored',
      reason: 'the tag is gone',
      tag: 'v2',
    });
  });

  it('asks nothing about an image without a tag', async () => {
    await handler(push({ 'image-tag': '' }));
    expect([...ecr.calls(), ...ssm.calls()]).toEqual([]);
  });

  it('fails when ECR does not answer, so that the event is tried again', async () => {
    ecr.on(DescribeImagesCommand).rejects(new Error('throttled'));
    await expect(handler(push({}))).rejects.toThrow('throttled');
    expect(ssm.commandCalls(PutParameterCommand)).toEqual([]);
  });

  it('fails when the parameter cannot be written, so that the event is tried again', async () => {
    state({ v2: DIGEST }, 'old');
    ssm.on(PutParameterCommand).rejects(new Error('throttled'));
    await expect(handler(push({}))).rejects.toThrow('throttled');
  });
});

describe('pushedTag()', () => {
  it.each([
    ['a deletion', { 'action-type': 'DELETE' }],
    ['a failed push', { result: 'FAILURE' }],
    ['an image without tag, a platform of an index', { 'image-tag': '' }],
    ['an image whose tag is absent', { 'image-tag': undefined }],
    ['another repository with the same ending', { 'repository-name': 'ai-shell' }],
  ])('ignores %s', (_what, detail) => {
    expect(pushedTag(REPOSITORY, imagePush.parse(push(detail)))).toBeUndefined();
  });

  it('names the tag and its repository', () => {
    expect(pushedTag(REPOSITORY, imagePush.parse(push({ 'image-tag': 'k-7' })))).toEqual({
      repositoryName: 'team/ai-shell',
      tag: 'k-7',
    });
  });
});

describe('imagePush', () => {
  it('refuses an event without a digest', () => {
    expect(imagePush.safeParse(push({ 'image-digest': 'latest' })).success).toBe(false);
  });
});
