import { rmSync } from 'node:fs';
import type { ImageKey } from '../../../../../scripts/cli/image/key/image-key';
import { type BuildCase, keyOf, materialise, type Node } from '../support/build-case';

async function keyOfFiles(files: readonly Node[]): Promise<ImageKey> {
  const given: BuildCase = { name: 'given', files, edits: [] };
  const folder = materialise(given);
  try {
    return await keyOf(folder, new Map());
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('the key of an image', () => {
  it('takes more inputs than a call has room for arguments', async () => {
    const instructions = 150;
    const filesEach = 1_000;
    const { records } = await keyOfFiles([
      { path: 'app/Dockerfile', content: `FROM scratch\n${'COPY d /d/\n'.repeat(instructions)}` },
      ...Array.from({ length: filesEach }, (_, index) => ({ path: `app/d/${index}`, content: '' })),
    ]);
    expect(records.length).toBeGreaterThan(instructions * filesEach);
  });
});
