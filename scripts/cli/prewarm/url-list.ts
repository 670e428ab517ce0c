import { createReadStream, createWriteStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { hasCode } from '../../../lambdas/prewarm/one-machine/adapters/error-code';
import { BadInput } from '../bad-input';
import type { Scratch } from './scratch';

/** One URL of a text list, with the line it stands on. */
export interface ListLine {
  readonly number: number;
  readonly text: string;
}

/** What LIST holds: a request body, or URLs line by line, which can be read as often as needed and never as a whole. */
export type UrlList =
  | { readonly kind: 'body'; readonly body: Readonly<Record<string, unknown>> }
  | { readonly kind: 'lines'; readonly lines: () => AsyncIterable<ListLine> };

const ALLOWED = 'allowed: a JSON file with a request body, or a text file with one URL per line';
const BYTE_ORDER_MARK = '\ufeff';
const HEAD_BYTES = 4096;

/** Standard input can be read once only, so it is put into a file first. */
async function spoolStandardInput(scratch: Scratch): Promise<string> {
  const file = join(scratch.path, 'standard-input');
  await pipeline(process.stdin, createWriteStream(file));
  return file;
}

async function readHead(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.toString('utf8', 0, bytesRead).replace(BYTE_ORDER_MARK, '').trimStart();
  } finally {
    await handle.close();
  }
}

function parseBody(text: string, name: string): Readonly<Record<string, unknown>> {
  let body: unknown;
  try {
    body = JSON.parse(text.replace(BYTE_ORDER_MARK, ''));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new BadInput(`LIST: ${name} looks like JSON and is not (${reason}); ${ALLOWED}`, { cause });
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new BadInput(
      `LIST: ${name} holds a JSON ${Array.isArray(body) ? 'array' : typeof body}; allowed: an object with the fields of a request, such as {"url_list": […], "cf_domain": "…", "pops": […]}`,
    );
  }
  return { ...body };
}

async function* linesOf(file: string): AsyncGenerator<ListLine> {
  const input = createReadStream(file, { encoding: 'utf8' });
  let number = 0;
  try {
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      number += 1;
      const text = (number === 1 ? line.replace(BYTE_ORDER_MARK, '') : line).trim();
      if (text !== '' && !text.startsWith('#')) yield { number, text };
    }
  } finally {
    input.destroy();
  }
}

const READ_ERRORS = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'this user may not read it',
};

function explainReadError(cause: unknown, name: string): BadInput {
  const [known] = Object.entries(READ_ERRORS).filter(([code]) => hasCode(cause, code));
  const reason = known?.[1] ?? String(cause);
  return new BadInput(`LIST: cannot read ${name}: ${reason}; ${ALLOWED}, or - for standard input`, { cause });
}

/**
 * Opens LIST (a path, or `-`). What begins with a brace or a bracket is JSON, all else lines; empty lines and those that
 * begin with `#` are left out.
 * @throws BadInput where it cannot be read or is not what it looks like
 */
export async function openUrlList(path: string, scratch: Scratch): Promise<UrlList> {
  const name = path === '-' ? 'standard input' : path;
  try {
    const file = path === '-' ? await spoolStandardInput(scratch) : path;
    const head = await readHead(file);
    if (!/^[[{]/.test(head) && !path.endsWith('.json')) {
      return { kind: 'lines', lines: () => linesOf(file) };
    }
    return { kind: 'body', body: parseBody(await readFile(file, 'utf8'), name) };
  } catch (cause) {
    throw cause instanceof BadInput ? cause : explainReadError(cause, name);
  }
}
