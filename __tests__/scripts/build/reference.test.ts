import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hclModules } from '../../../modules/build-hcl';
import { REFERENCE_FOLDER, sourcePages } from '../../../scripts/build/reference';

function committed(name: string): string {
  return readFileSync(join(REFERENCE_FOLDER, name), 'utf8');
}

it.each(Object.entries(sourcePages()))(
  'docs/reference/%s is that of the code: after a change, run `npm run build:reference`',
  (name, text) => {
    expect(committed(name)).toBe(text);
  },
);

// The tests of the modules, which write them, compare the sections.
it('the page of the modules for plain Terraform has a section for each of them, and no other', () => {
  const sections = committed('terraform-modules.md').match(/^## .+$/gm);
  expect(sections).toEqual(hclModules.map(({ name }) => `## ${name}`).sort());
});
