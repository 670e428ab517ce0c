import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TerraformStack, Testing } from 'cdktf';
import * as fc from 'fast-check';
import { ecrRepository, pinImage } from '../../../modules/ai-shell-ecs/image-reference';
import { ImageLockError, readLockedImage } from '../../../modules/ai-shell-ecs/images-lock';
import { DIGEST, REPOSITORY } from './props';

function stack() {
  return new TerraformStack(Testing.app(), 'stack');
}

const folder = mkdtempSync(join(tmpdir(), 'warmpath-lock-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function lockFile(content: unknown): string {
  const path = join(folder, 'images.lock.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const entry = {
  repo: REPOSITORY,
  key: 'a'.repeat(64),
  tag: 'k-1',
  digest: DIGEST,
  platform: 'linux/arm64',
  sizeBytes: 1,
  builtAt: '2026-11-01T00:00:00Z',
  commit: 'c'.repeat(40),
};

describe('pinImage()', () => {
  it('takes repository and digest from the lock file', () => {
    const image = pinImage(stack(), 'image', {
      from: 'lock',
      lockFile: lockFile({ shell: entry }),
      name: 'shell',
    });
    expect(image.reference).toBe(`${REPOSITORY}@${DIGEST}`);
    expect(image.digest).toBe(DIGEST);
  });

  it('needs no data source for a digest', () => {
    const scope = stack();
    pinImage(scope, 'image', { from: 'digest', reference: `${REPOSITORY}@${DIGEST}` });
    expect(JSON.parse(Testing.synth(scope)).data).toBeUndefined();
  });
});

describe('readLockedImage()', () => {
  it.each([
    ['is absent', () => readLockedImage(join(folder, 'none.json'), 'shell'), /cannot be read as JSON/],
    ['is no JSON', () => readLockedImage(lockFile('{'), 'shell'), /cannot be read as JSON/],
    ['lacks the image', () => readLockedImage(lockFile({ other: entry }), 'shell'), /images there: other/],
    [
      'holds a tag where a digest belongs',
      () => readLockedImage(lockFile({ shell: { ...entry, digest: 'latest' } }), 'shell'),
      /sha256: and 64 hexadecimal digits/,
    ],
  ])('says what to do when the file %s', (_what, read, message) => {
    expect(read).toThrow(ImageLockError);
    expect(read).toThrow(message);
    expect(read).toThrow(/repo, key, tag, digest/);
  });
});

describe('ecrRepository()', () => {
  it('takes every ECR URL apart, and joins to the same', () => {
    const account = fc.stringMatching(/^\d{12}$/);
    const region = fc.constantFrom('eu-central-1', 'us-gov-west-1', 'ap-southeast-2');
    const name = fc.stringMatching(/^[a-z0-9]{1,10}(\/[a-z0-9._-]{1,10}){0,2}$/);
    fc.assert(
      fc.property(account, region, name, (accountId, regionName, repositoryName) => {
        const url = `${accountId}.dkr.ecr.${regionName}.amazonaws.com/${repositoryName}`;
        expect(ecrRepository(url)).toEqual({ accountId, region: regionName, name: repositoryName });
      }),
    );
  });

  it.each([
    'docker.io/library/alpine',
    'public.ecr.aws/nginx/nginx',
    '1.dkr.ecr.eu-central-1.amazonaws.com/x',
  ])('does not take %s for one', (url) => expect(ecrRepository(url)).toBeUndefined());
});
