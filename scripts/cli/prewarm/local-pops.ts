import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { parseJson } from '../../../lambdas/errors/json-fault';
import { isPopCode } from '../../../lambdas/prewarm/engine/pops/pop-code';
import { BadInput } from '../bad-input';
import { homeFolder } from '../home-folder';

/** What `pops --update` found out, which later commands read in place of the list that comes with the program. */
const localPops = z.object({
  schema: z.literal('warmpath/local-pops/1'),
  /** When it was found out. */
  asOf: z.iso.datetime(),
  /** Whose names were asked for. */
  distribution: z.string(),
  /** Codes that had an address. */
  codes: z.array(z.string().refine(isPopCode)).min(1),
});
export type LocalPops = z.infer<typeof localPops>;

/** `WARMPATH_POPS_FILE`, else a file in the user's configuration folder. */
export function localPopsFile(env: NodeJS.ProcessEnv = process.env): string {
  const configuration = env['XDG_CONFIG_HOME'] || join(homeFolder(), '.config');
  return env['WARMPATH_POPS_FILE'] || join(configuration, 'warmpath', 'pops.json');
}

/**
 * Reads the local copy; nothing where there is none.
 * @throws BadInput where the file is not one
 */
export function readLocalPops(file = localPopsFile()): LocalPops | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return localPops.parse(parseJson(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new BadInput(
      `${file}: got something else than a list of PoPs; allowed: what \`warmpath prewarm pops --update\` writes; run that again, or remove the file`,
      { cause },
    );
  }
}

/** Writes a JSON file and its folder, whole or not at all. */
export async function writeWhole(file: string, value: unknown): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const beside = `${file}.${process.pid}`;
  await writeFile(beside, `${JSON.stringify(value, undefined, 2)}\n`);
  await rename(beside, file);
}

/** Writes the local copy. */
export async function writeLocalPops(pops: LocalPops, file = localPopsFile()): Promise<void> {
  await writeWhole(file, pops);
}
