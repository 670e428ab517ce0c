/** `npm run build:schemas`: writes `docs/schemas`, the JSON Schemas of what `warmpath prewarm` prints and of `report.json`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { JSON_DOCUMENTS } from '../cli/prewarm/json-documents';
import { repositoryRoot } from './functions';

/** Text of every schema file by its name. */
export function schemaFiles(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(JSON_DOCUMENTS).map(([name, schema]) => [
      `${name}.schema.json`,
      `${JSON.stringify(z.toJSONSchema(schema), undefined, 2)}\n`,
    ]),
  );
}

if (require.main === module) {
  const folder = join(repositoryRoot, 'docs/schemas');
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(schemaFiles())) writeFileSync(join(folder, name), text);
}
