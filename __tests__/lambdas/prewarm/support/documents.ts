import { EXPANSION_LIMITS } from '../../../../lambdas/prewarm/engine/inputs/expansion';
import type { DocumentReader } from '../../../../lambdas/prewarm/engine/ports/document-reader';
import type { ExpansionLimits, UrlInput } from '../../../../lambdas/prewarm/engine/ports/url-input';

export const SITE = 'https://www.example.com';

/** A reader of these documents by URL; it keeps what was read, in order. */
export function documents(
  bodies: Readonly<Record<string, string | Uint8Array>>,
): DocumentReader & { readonly seen: string[] } {
  const seen: string[] = [];
  return {
    seen,
    read: async (url, maxBytes) => {
      seen.push(url);
      const body = bodies[url];
      if (body === undefined) throw new Error('answered 404');
      const bytes = typeof body === 'string' ? Buffer.from(body) : body;
      if (bytes.byteLength > maxBytes) throw new Error(`is larger than ${maxBytes} bytes`);
      return { body: bytes, contentType: '' };
    },
  };
}

/** Everything an input passes on, and what it throws at the end. */
export async function expand(
  input: UrlInput,
  url: string,
  reader: DocumentReader,
  limits: Partial<ExpansionLimits> = {},
): Promise<{ readonly urls: readonly string[]; readonly error: string | undefined }> {
  const urls: string[] = [];
  try {
    const found = input.expand({ kind: 'sitemap', url }, reader, { ...EXPANSION_LIMITS, ...limits });
    for await (const next of found) urls.push(next);
  } catch (error) {
    return { urls, error: error instanceof Error ? error.message : String(error) };
  }
  return { urls, error: undefined };
}
