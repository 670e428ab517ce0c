import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { schemaFiles } from '../../../scripts/build/schemas';

const folder = join(__dirname, '../../../docs/schemas');

describe('the published schemas', () => {
  it('are those by which the documents are checked; `npm run build:schemas` writes them', () => {
    const written = schemaFiles();
    expect(readdirSync(folder).sort()).toEqual(Object.keys(written).sort());
    for (const [name, text] of Object.entries(written))
      expect(JSON.parse(readFileSync(join(folder, name), 'utf8'))).toEqual(JSON.parse(text));
  });

  it('name the version of the document', () => {
    for (const [name, text] of Object.entries(schemaFiles())) {
      if (name === 'warmpath.config.schema.json') continue;
      const document = JSON.parse(text);
      const [first = document] = document.anyOf ?? [];
      expect(first.properties.schema.const).toMatch(
        new RegExp(`^warmpath/${name.replace('.schema.json', '')}/\\d+$`),
      );
    }
  });
});
