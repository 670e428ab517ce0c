import './environment';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import * as fc from 'fast-check';
import { handler } from '../../../lambdas/image-digest/handler';
import { imagePush, pushedReference } from '../../../lambdas/image-digest/pushed-image';

const REPOSITORY = '111111111111.dkr.ecr.eu-central-1.amazonaws.com/team/ai-shell';
const DIGEST = `sha256:${'ab'.repeat(32)}`;

const ssm = mockClient(SSMClient);

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

describe('image-digest', () => {
  beforeEach(() => {
    ssm.reset();
    jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  });

  afterEach(() => jest.restoreAllMocks());

  it('writes the pinned reference of a pushed tag', async () => {
    ssm.on(GetParameterCommand).resolves({ Parameter: { Value: `${REPOSITORY}@sha256:${'0'.repeat(64)}` } });
    await handler(push({}));
    expect(ssm.commandCalls(PutParameterCommand).map(({ args }) => args[0].input)).toEqual([
      { Name: '/warmpath/shell/golden-image', Value: `${REPOSITORY}@${DIGEST}`, Overwrite: true },
    ]);
  });

  it('leaves a parameter that holds the digest already, so that no build starts', async () => {
    ssm.on(GetParameterCommand).resolves({ Parameter: { Value: `${REPOSITORY}@${DIGEST}` } });
    await handler(push({}));
    expect(ssm.commandCalls(PutParameterCommand)).toEqual([]);
  });

  it('fails when the parameter cannot be written, so that the event is tried again', async () => {
    ssm.on(GetParameterCommand).resolves({ Parameter: { Value: 'old' } });
    ssm.on(PutParameterCommand).rejects(new Error('throttled'));
    await expect(handler(push({}))).rejects.toThrow('throttled');
  });
});

describe('pushedReference()', () => {
  it.each([
    ['a deletion', { 'action-type': 'DELETE' }],
    ['a failed push', { result: 'FAILURE' }],
    ['an image without tag, a platform of an index', { 'image-tag': '' }],
    ['an image whose tag is absent', { 'image-tag': undefined }],
    ['another repository with the same ending', { 'repository-name': 'ai-shell' }],
  ])('ignores %s', (_what, detail) => {
    expect(pushedReference(REPOSITORY, imagePush.parse(push(detail)))).toBeUndefined();
  });

  it('pins every digest it accepts', () => {
    const digests = fc
      .array(fc.constantFrom(...'0123456789abcdef'), { minLength: 64, maxLength: 64 })
      .map((digits) => `sha256:${digits.join('')}`);
    fc.assert(
      fc.property(digests, (digest) => {
        const event = imagePush.parse(push({ 'image-digest': digest }));
        expect(pushedReference(REPOSITORY, event)).toBe(`${REPOSITORY}@${digest}`);
      }),
    );
  });
});

describe('imagePush', () => {
  it('refuses an event without a digest', () => {
    expect(imagePush.safeParse(push({ 'image-digest': 'latest' })).success).toBe(false);
  });
});
