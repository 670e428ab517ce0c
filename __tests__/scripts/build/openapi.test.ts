import { readFileSync } from 'node:fs';
import { OPENAPI_FILE, openApiText } from '../../../scripts/build/openapi';

it('the committed OpenAPI document is that of the routes: after a change of one, run `npm run build:openapi`', () => {
  expect(readFileSync(OPENAPI_FILE, 'utf8')).toBe(openApiText());
});
