/** EcrImages on the emulator: applied by Terraform, a second plan finds nothing to do, destroyed. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'cdktf';
import { environments } from '../../environments';
import { EcrImages } from '../../modules/parts/ecr-images';
import { WarmpathStack } from '../../modules/warmpath-stack';
import { AppliedStack } from './support/applied-stack';

class ImagesStack extends WarmpathStack {
  constructor(scope: App, id: string) {
    super(scope, id, { environmentName: 'local', environment: environments.local });
    new EcrImages(this, 'images', { repositoryName: 'rag-api' });
  }
}

describe('repositories of images on the emulator', () => {
  const outFolder = mkdtempSync(join(tmpdir(), 'warmpath-aws-ecr-'));
  let stack: AppliedStack;
  let added = 0;
  let drift: readonly string[] = [];

  beforeAll(async () => {
    const app = new App({ outdir: outFolder });
    new ImagesStack(app, 'images');
    app.synth();
    stack = new AppliedStack(join(outFolder, 'stacks', 'images'));
    added = await stack.apply();
    drift = await stack.drift();
  });
  afterAll(async () => {
    await stack?.destroy();
    rmSync(outFolder, { recursive: true, force: true });
  });

  it('are two, each with its lifecycle, and a second plan is empty', () => {
    expect(added).toBe(4);
    expect(drift).toEqual([]);
  });
});
