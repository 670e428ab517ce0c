import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readImagesFile } from '../../../../../scripts/cli/image/files/images-file';
import { renderPlan } from '../../../../../scripts/cli/image/output/render-plan';
import { planImage } from '../../../../../scripts/cli/image/plan/plan-image';

/** What `plan --offline` shows a person of a Dockerfile with these lines, without a lock. */
async function shown(...dockerfile: readonly string[]): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'warmpath-render-'));
  try {
    writeFileSync(join(folder, 'Dockerfile'), dockerfile.join('\n'));
    writeFileSync(join(folder, 'images.json'), '{"images": {"app": {"repository": "localhost:5000/app"}}}');
    const [image] = readImagesFile(join(folder, 'images.json')).images;
    if (!image) throw new Error('no image');
    const planned = await planImage(image, {
      folder,
      lock: {},
      registry: undefined,
      resolveBase: () => Promise.reject(new Error('offline')),
      now: () => new Date(),
    });
    return renderPlan([planned], true).trimEnd().split('\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('a plan for a person', () => {
  it('names why the key covers the whole context, by line, and of many reasons the first', async () => {
    const lines = await shown('FROM scratch', ...Array.from({ length: 100 }, () => 'FUTURE x'));
    expect(lines.filter((line) => line.includes('whole context: '))).toHaveLength(20);
    expect(lines).toContain('         whole context: line 2: FUTURE: instruction that is not known');
    expect(lines).toContain('         and 80 more');
  });

  it('shows no character that a terminal would obey', async () => {
    const lines = await shown('FROM scratch', 'RUN --\u001b]0;x\u0007\u202e=1 true');
    expect(lines.join('\n')).toContain('whole context: line 2');
    expect([...lines.join('')].filter((character) => '\u001b\u0007\u202e'.includes(character))).toEqual([]);
  });
});
