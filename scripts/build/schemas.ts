/**
 * `npm run build:schemas`: writes `docs/schemas`, the JSON Schemas of what `warmpath prewarm` and `coldstart` print, of `report.json` and of
 * `warmpath.config.json`; and the table of exit codes in the README.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { COLDSTART_DOCUMENTS } from '../cli/coldstart/json-documents';
import { exitCodeTable } from '../cli/exit-codes';
import { CONFIGURATION, JSON_DOCUMENTS } from '../cli/prewarm/json-documents';
import { repositoryRoot } from './functions';

/** Text of every schema file by its name. */
export function schemaFiles(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries({ ...JSON_DOCUMENTS, ...COLDSTART_DOCUMENTS, ...CONFIGURATION }).map(([name, schema]) => [
      `${name}.schema.json`,
      `${JSON.stringify(z.toJSONSchema(schema), undefined, 2)}\n`,
    ]),
  );
}

const TABLE = /(<!-- exit codes: [^>]*-->\n\n)[\s\S]*(\n\n<!-- end of exit codes -->)/;

/** Returns the README with the exit codes as they are. */
export function withExitCodes(readme: string): string {
  return readme.replace(TABLE, (_, begin: string, end: string) => `${begin}${exitCodeTable()}${end}`);
}

if (require.main === module) {
  const folder = join(repositoryRoot, 'docs/schemas');
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(schemaFiles())) writeFileSync(join(folder, name), text);
  const readme = join(repositoryRoot, 'README.md');
  writeFileSync(readme, withExitCodes(readFileSync(readme, 'utf8')));
}
