import type { BlobStore } from '../ports';

/** The first `limit` lines of a blob that are not empty; none where there is no blob. */
export const firstLines = async (
  blobs: Pick<BlobStore, 'read' | 'exists'>,
  key: string,
  limit: number,
): Promise<readonly string[]> => {
  if (!(await blobs.exists(key))) return [];
  const decoder = new TextDecoder();
  const lines: string[] = [];
  let rest = '';
  for await (const chunk of blobs.read(key)) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts.filter((line) => line !== ''));
    if (lines.length >= limit) return lines.slice(0, limit);
  }
  return rest === '' ? lines : [...lines, rest];
};
