/** `npm run pack`: writes everything that is handed out to `dist/npm`, with the checksums of all of it, and prints what each takes. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../functions';
import { packCommandLine } from './command-line';
import { packConstructs } from './constructs';
import { packHclModules } from './hcl-modules';

/** Each writes its packages to a folder. */
const PACKERS: readonly ((outFolder: string) => Promise<unknown>)[] = [
  packCommandLine,
  packConstructs,
  packHclModules,
];

/** Writes all packages anew, and `SHA256SUMS` as `sha256sum --check` reads it; returns their names. */
export async function packAll(outFolder: string, packers = PACKERS): Promise<readonly string[]> {
  rmSync(outFolder, { recursive: true, force: true });
  mkdirSync(outFolder, { recursive: true });
  for (const pack of packers) await pack(outFolder);
  const names = readdirSync(outFolder).sort();
  const sums = names.map((name) => {
    const digest = createHash('sha256')
      .update(readFileSync(join(outFolder, name)))
      .digest('hex');
    return `${digest}  ${name}\n`;
  });
  writeFileSync(join(outFolder, 'SHA256SUMS'), sums.join(''));
  return names;
}

async function main(): Promise<void> {
  const outFolder = join('dist', 'npm');
  for (const name of await packAll(join(repositoryRoot, outFolder))) {
    const { size } = statSync(join(repositoryRoot, outFolder, name));
    console.log(`${join(outFolder, name)}  ${(size / 1e6).toFixed(2)} MB`);
  }
}

if (require.main === module) void main();
