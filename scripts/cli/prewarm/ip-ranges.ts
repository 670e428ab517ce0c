import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseJson } from '../../../lambdas/errors/json-fault';
import {
  type PublishedRanges,
  parsePublishedRanges,
  publishedDocument,
} from '../../../lambdas/prewarm/engine/addresses/published-ranges';
import { BadInput } from '../bad-input';
import { homeFolder } from '../home-folder';
import { fetchFailure } from '../proxy/fetch-failure';
import { writeWhole } from './local-pops';

/** @see https://docs.aws.amazon.com/vpc/latest/userguide/aws-ip-ranges.html */
const PUBLISHED_AT = 'https://ip-ranges.amazonaws.com/ip-ranges.json';
/** The document has about 2 MB. */
const MAX_BYTES = 32 * 1024 * 1024;
const TIMEOUT_MS = 30_000;
const ALLOWED = 'allowed: the ip-ranges.json that AWS publishes, with ranges of CLOUDFRONT';

/** `WARMPATH_IP_RANGES_FILE`, else a file in the user's configuration folder. */
export function localRangesFile(env: NodeJS.ProcessEnv = process.env): string {
  const configuration = env['XDG_CONFIG_HOME'] || join(homeFolder(), '.config');
  return env['WARMPATH_IP_RANGES_FILE'] || join(configuration, 'warmpath', 'cloudfront-ip-ranges.json');
}

function rangesOf(text: string, name: string): PublishedRanges {
  let document: unknown;
  try {
    document = parseJson(text);
  } catch (cause) {
    throw new BadInput(`${name}: got no JSON; ${ALLOWED}`, { cause });
  }
  const ranges = parsePublishedRanges(document);
  if (ranges === undefined) throw new BadInput(`${name}: got another document; ${ALLOWED}`);
  return ranges;
}

/** @throws BadInput where the file cannot be read, or is no such document */
async function readRanges(file: string): Promise<PublishedRanges> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new BadInput(
      `--ip-ranges: cannot read ${file}; \`warmpath prewarm ip-ranges\` makes it, or name a copy of ${PUBLISHED_AT}`,
      { cause },
    );
  });
  return rangesOf(text, `--ip-ranges ${file}`);
}

/**
 * Returns the ranges of `--ip-ranges`: of a file, or of the one that `prewarm ip-ranges` keeps; nothing without the option.
 * @throws BadInput where the file cannot be read, or is no such document
 */
export async function rangesGiven(option: string | true | undefined): Promise<PublishedRanges | undefined> {
  return option === undefined ? undefined : readRanges(option === true ? localRangesFile() : option);
}

async function download(url: string): Promise<string> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!answer.ok) throw new Error(`it answered ${answer.status}`);
    const chunks: Uint8Array[] = [];
    let sizeBytes = 0;
    for await (const chunk of answer.body ?? []) {
      sizeBytes += chunk.byteLength;
      if (sizeBytes > MAX_BYTES) throw new Error(`it has more than ${MAX_BYTES} bytes`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString();
  } catch (cause) {
    throw new BadInput(
      `cannot fetch ${url}: ${fetchFailure(cause)}; where this machine has no way out, fetch it elsewhere and name the file with --from`,
      { cause },
    );
  }
}

/**
 * Keeps CloudFront's ranges of what AWS publishes, from its own address, another one or a file, for `--ip-ranges` of later
 * commands. Returns a sentence that says what is kept.
 * @throws BadInput where it cannot be had, or is no such document; nothing is written then
 */
export async function updateRanges(from = PUBLISHED_AT, file = localRangesFile()): Promise<string> {
  const text = /^https?:\/\//i.test(from)
    ? await download(from)
    : await readFile(from, 'utf8').catch((cause: unknown) => {
        throw new BadInput(`--from: cannot read ${from}; allowed: a file, or an http or https URL`, {
          cause,
        });
      });
  const ranges = rangesOf(text, from);
  await writeWhole(file, publishedDocument(ranges));
  return `${file} has ${ranges.cidrs.length} ranges of CloudFront, as AWS published them on ${ranges.createDate}; \`run\` and \`serve\` hold addresses against them with --ip-ranges`;
}
