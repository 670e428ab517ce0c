import type { SeenUrls } from '../../ports';

/** Keeps the URLs in a set: exact, for lists that fit in memory. */
export const seenInMemory = (): SeenUrls => {
  const seen = new Set<string>();
  return {
    addAll: async (urls) =>
      urls.map((url) => {
        const before = seen.size;
        return seen.add(url).size > before;
      }),
  };
};
