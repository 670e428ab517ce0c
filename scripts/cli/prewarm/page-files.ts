import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from '../../../lambdas/prewarm/one-machine/adapters/error-code';
import type { PageFiles } from '../../../lambdas/prewarm/one-machine/service/page';

/** Reads the page that lies beside the bundle of this program; nothing where the program runs from its sources. */
export async function readPage(): Promise<PageFiles | undefined> {
  function read(name: string): Promise<string> {
    return readFile(join(__dirname, name), 'utf8');
  }
  try {
    const [html, script, style] = await Promise.all([read('page.html'), read('page.js'), read('page.css')]);
    return { html, script, style };
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
