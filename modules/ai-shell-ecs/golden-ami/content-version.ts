import { createHash } from 'node:crypto';
import { Fn, TerraformLocal, Token } from 'cdktf';
import type { Construct } from 'constructs';

/** 28 bits, and Image Builder takes numbers below 2^30. */
const HEX_DIGITS = 7;

/**
 * `1.0.<n>` from the content: Image Builder refuses other content under a version that exists, so a change must be a new
 * version, and an unchanged document must keep its own. Terraform computes it where the content holds values that are
 * known only at plan, such as the digest of a tag.
 */
export function contentVersion(scope: Construct, id: string, content: string): string {
  if (Token.isUnresolved(content)) {
    const text = new TerraformLocal(scope, id, content);
    const digits = Fn.substr(Fn.sha256(text.asString), 0, HEX_DIGITS);
    return `1.0.${Token.asString(Fn.parseint(digits, 16))}`;
  }
  const digits = createHash('sha256').update(content).digest('hex').slice(0, HEX_DIGITS);
  return `1.0.${Number.parseInt(digits, 16)}`;
}
