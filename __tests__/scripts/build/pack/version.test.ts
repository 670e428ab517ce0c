import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { version } from '../../../../package.json';

const root = join(__dirname, '../../../..');

it.each([
  ['CHANGELOG.md', /^## \[(\d+\.\d+\.\d+)\]/m],
  ['examples/terraform/README.md', /\?ref=v(\d+\.\d+\.\d+)/],
  ['modules/README.md', /warmpath-constructs-(\d+\.\d+\.\d+)\.tgz/],
])('%s is of the version that is packed', (file, pattern) => {
  const [, named] = pattern.exec(readFileSync(join(root, file), 'utf8')) ?? [];
  expect(named).toBe(version);
});
