import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { S3Object } from '@cdktf/provider-aws/lib/s3-object';
import { Fn, TerraformLocal, Token } from 'cdktf';
import { Construct } from 'constructs';
import type { PolicyStatement } from '../parts/policy';
import type { PrewarmStore } from './store';

/** What an operator says of edges, beside what DNS says of them. */
export interface EdgesProps {
  /**
   * Ranges in which all addresses of CloudFront are, as `publishedRanges` reads them: others are not contacted, a second check
   * beside that addresses are public. @default - none: every public address that DNS has counts
   */
  readonly cidrBlocks?: readonly string[];
  /** Addresses by the code of their PoP, such as `FRA56-P4`, in place of what DNS says of it. @default none */
  readonly popAddresses?: Readonly<Record<string, readonly string[]>>;
}

/** Folder of the bucket; what a request leaves is elsewhere. */
const FOLDER = 'settings';

/** The blob that tells the functions; its key holds the hash of its content, so that a new one is read at once. */
export class GivenEdges extends Construct {
  readonly key: string;

  constructor(
    scope: Construct,
    id: string,
    private readonly store: PrewarmStore,
    { cidrBlocks = [], popAddresses = {} }: EdgesProps,
  ) {
    super(scope, id);
    const content = new TerraformLocal(this, 'content', Fn.jsonencode({ cidrBlocks, popAddresses }));
    const { key } = new S3Object(this, 'Default', {
      bucket: store.bucket.bucket,
      key: `${FOLDER}/edges-${Fn.sha256(content.asString)}.json`,
      content: content.asString,
      contentType: 'application/json',
      // Functions read the old one until they are changed.
      lifecycle: { createBeforeDestroy: true },
    });
    this.key = key;
  }

  /** Allows a function to read it. */
  read(): PolicyStatement {
    return {
      sid: 'ReadGivenEdges',
      actions: ['s3:GetObject'],
      resources: [`${this.store.bucket.arn}/${FOLDER}/*`],
    };
  }
}

interface PublishedPrefix {
  readonly service: string;
  readonly ip_prefix?: string;
  readonly ipv6_prefix?: string;
}

/**
 * Returns CloudFront's ranges of a copy of AWS's ip-ranges.json, such as `warmpath prewarm ip-ranges --to FILE` writes.
 * @see https://docs.aws.amazon.com/vpc/latest/userguide/aws-ip-syntax.html
 * @throws Error where the file has none
 */
export function publishedRanges(file: string): readonly string[] {
  const { prefixes = [], ipv6_prefixes = [] }: Record<string, readonly PublishedPrefix[]> = JSON.parse(
    readFileSync(file, 'utf8'),
  );
  const found = [...prefixes, ...ipv6_prefixes]
    .filter(({ service }) => service === 'CLOUDFRONT')
    .flatMap(({ ip_prefix, ipv6_prefix }) => ip_prefix ?? ipv6_prefix ?? []);
  if (found.length === 0)
    throw new Error(
      `${file}: got no ranges of CLOUDFRONT; allowed is a copy of ip-ranges.json; \`warmpath prewarm ip-ranges --to ${file}\` makes it`,
    );
  return found;
}

const POP_CODE = /^[A-Z]{3}\d{1,4}(-[A-Z]\d{1,3})?$/;

function isCidrBlock(text: string): boolean {
  const [address = '', bits = '', ...rest] = text.split('/');
  const family = isIP(address);
  return (
    rest.length === 0 && family !== 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128)
  );
}

/** Returns a sentence for each invalid value. What only Terraform knows passes. */
export function edgesFaults({ cidrBlocks = [], popAddresses = {} }: EdgesProps = {}): string[] {
  const faults: string[] = [];
  const blocks = Token.isUnresolved(cidrBlocks) ? [] : cidrBlocks.filter((block) => !isCidrBlock(block));
  if (blocks.length > 0)
    faults.push(
      `edges.cidrBlocks: got ${blocks.join(', ')}; allowed are blocks such as 120.52.22.96/27; take those that publishedRanges reads`,
    );
  if (Token.isUnresolved(popAddresses)) return faults;
  for (const [code, addresses] of Object.entries(popAddresses)) {
    if (!POP_CODE.test(code))
      faults.push(`edges.popAddresses: got ${code}; allowed are codes such as FRA56-P4; correct it`);
    if (addresses.length === 0 || addresses.some((address) => isIP(address) === 0))
      faults.push(
        `edges.popAddresses.${code}: got ${addresses.join(', ') || 'none'}; allowed is one or more IP addresses; correct them`,
      );
  }
  return faults;
}
