import { createHash } from 'node:crypto';

/**
 * `1.0.<n>` from the content: Image Builder refuses other content under a version that exists, so a change must be a new
 * version, and an unchanged document must keep its own. Placeholders of values known at plan are left out.
 */
export function contentVersion(content: string): string {
  const stable = content.replace(/\$\{TfToken\[[^\]]*\]\}/g, '');
  const hash = createHash('sha256').update(stable).digest();
  return `1.0.${hash.readUInt32BE(0) % 2 ** 30}`;
}
