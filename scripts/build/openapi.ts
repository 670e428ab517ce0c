/**
 * `npm run build:openapi`: writes the OpenAPI document of the prewarm API, as it is behind API Gateway, from the table of
 * routes. The file is committed: clients are generated from it, and the infrastructure reads it instead of the functions' code.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openApiDocument } from '../../lambdas/prewarm/api/openapi';

export const OPENAPI_FILE = join(__dirname, '..', '..', 'lambdas', 'prewarm', 'openapi', 'prewarm-api.json');

/** Returns the text of the committed OpenAPI file. */
export function openApiText(): string {
  return `${JSON.stringify(openApiDocument(), undefined, 2)}\n`;
}

if (require.main === module) {
  writeFileSync(OPENAPI_FILE, openApiText());
  console.log(OPENAPI_FILE);
}
