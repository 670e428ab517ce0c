/** `npm run pack`: writes every package of this repository to `dist/npm`, and prints what each one takes. */
import { statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { repositoryRoot } from '../functions';
import { packCommandLine } from './command-line';

const PACKERS: readonly ((outFolder: string) => Promise<string>)[] = [packCommandLine];

async function main(): Promise<void> {
  for (const pack of PACKERS) {
    const file = await pack(join(repositoryRoot, 'dist', 'npm'));
    console.log(`${relative(repositoryRoot, file)}  ${(statSync(file).size / 1e6).toFixed(2)} MB`);
  }
}

void main();
