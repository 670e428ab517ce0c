import { resultSchemas } from '../../../../../scripts/cli/image/output/json-results';
import committed from '../../../../../scripts/cli/image/output/json-results.schema.json';

test('the committed schemas are those of what --json prints', () => {
  expect(JSON.parse(JSON.stringify(resultSchemas()))).toEqual(committed);
});
