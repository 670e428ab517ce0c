import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Context } from 'hono';

/** The page for people, as the build makes it of `lambdas/prewarm/page`. */
export interface PageFiles {
  readonly html: string;
  readonly script: string;
  readonly style: string;
}

/** Returns the response to a GET of one of the page's paths; undefined for any other request. */
export type ServePage = (context: Context) => Response | undefined;

/** What needs no key: the page asks for it itself, and has nothing of any request in it. */
export const PAGE_PATHS: ReadonlySet<string> = new Set(['/', '/page.js', '/page.css']);

/**
 * Nothing but what the page itself brings: no script in its text, no source from elsewhere, no frame around it, and no text that
 * becomes markup.
 */
const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    'img-src data:',
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'x-frame-options': 'DENY',
};

interface Asset {
  readonly type: string;
  readonly body: Buffer;
  readonly packed: Buffer;
  readonly tag: string;
}

function assetOf(type: string, text: string): Asset {
  const body = Buffer.from(text);
  const tag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  return { type: `${type}; charset=utf-8`, body, packed: gzipSync(body, { level: 9 }), tag };
}

/** Who opens the address in a browser gets the page; who asks for anything else, such as curl, does not. */
function wantsPage({ req }: Context): boolean {
  return req.path !== '/' || (req.header('accept') ?? '').includes('text/html');
}

/** Serves the page from memory, packed once. */
export function pageServer({ html, script, style }: PageFiles): ServePage {
  const assets = new Map([
    ['/', assetOf('text/html', html)],
    ['/page.js', assetOf('text/javascript', script)],
    ['/page.css', assetOf('text/css', style)],
  ]);
  return (context) => {
    const { method, path } = context.req;
    const asset = assets.get(path);
    if (asset === undefined || (method !== 'GET' && method !== 'HEAD') || !wantsPage(context))
      return undefined;
    const isPacked = /\bgzip\b/.test(context.req.header('accept-encoding') ?? '');
    const headers = {
      ...SECURITY_HEADERS,
      'content-type': asset.type,
      'cache-control': 'no-cache',
      vary: 'accept, accept-encoding',
      etag: asset.tag,
      ...(isPacked && { 'content-encoding': 'gzip' }),
    };
    for (const [name, value] of Object.entries(headers)) context.header(name, value);
    if (context.req.header('if-none-match') === asset.tag) return context.body(null, 304);
    return context.body(new Uint8Array(isPacked ? asset.packed : asset.body));
  };
}
