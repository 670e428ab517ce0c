import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { listLines, listStart, listText } from '../../../lambdas/prewarm/engine/inputs/list';
import { UnreadableDocument } from '../../../lambdas/prewarm/engine/ports/document-reader';
import { parseFlatJson } from '../../../lambdas/prewarm/engine/request/flat-json';
import { hasCode } from '../../../lambdas/prewarm/one-machine/adapters/error-code';
import { BadInput } from '../bad-input';
import type { Scratch } from './scratch';

/** What LIST holds: a request body, or URLs line by line, which can be read as often as needed and never as a whole. */
export type UrlList =
  | { readonly kind: 'body'; readonly body: Readonly<Record<string, unknown>> }
  | { readonly kind: 'lines'; readonly lines: () => AsyncIterable<string> };

const ALLOWED =
  'allowed: a text file with one URL per line, a JSON array of URLs, or a JSON file with a request body';

/** Standard input can be read once only, so it is put into a file first. */
async function spoolStandardInput(scratch: Scratch): Promise<string> {
  const file = join(scratch.path, 'standard-input');
  await pipeline(process.stdin, createWriteStream(file));
  return file;
}

function parseBody(text: string, name: string): Readonly<Record<string, unknown>> {
  let body: unknown;
  try {
    body = parseFlatJson(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new BadInput(`LIST: ${name} looks like JSON and is not (${reason}); ${ALLOWED}`, { cause });
  }
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return { ...body };
  throw new BadInput(`LIST: ${name} holds a JSON ${typeof body}; ${ALLOWED}`);
}

const READ_ERRORS = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'this user may not read it',
};

function explainReadError(cause: unknown, name: string): BadInput {
  if (cause instanceof UnreadableDocument)
    return new BadInput(`LIST: ${name} ${cause.message}; ${ALLOWED}`, { cause });
  const [known] = Object.entries(READ_ERRORS).filter(([code]) => hasCode(cause, code));
  const reason = known?.[1] ?? String(cause);
  return new BadInput(`LIST: cannot read ${name}: ${reason}; ${ALLOWED}, or - for standard input`, { cause });
}

async function* linesOf(file: string, name: string): AsyncGenerator<string> {
  try {
    for await (const { text } of listLines(createReadStream(file))) yield text;
  } catch (cause) {
    throw explainReadError(cause, name);
  }
}

/**
 * Opens LIST (a path, or `-`). What begins with a brace is a request body, all else a list.
 * @throws BadInput where it cannot be read or is not what it looks like
 */
export async function openUrlList(path: string, scratch: Scratch): Promise<UrlList> {
  const name = path === '-' ? 'standard input' : path;
  try {
    const file = path === '-' ? await spoolStandardInput(scratch) : path;
    const start = await listStart(createReadStream(file));
    const isBody = start.startsWith('{') || (path.endsWith('.json') && !start.startsWith('['));
    if (isBody) return { kind: 'body', body: parseBody(await listText(createReadStream(file)), name) };
    return { kind: 'lines', lines: () => linesOf(file, name) };
  } catch (cause) {
    throw cause instanceof BadInput ? cause : explainReadError(cause, name);
  }
}
