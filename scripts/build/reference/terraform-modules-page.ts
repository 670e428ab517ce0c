import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { anchor, pageText } from './markdown';

/**
 * Returns a module's README as a section of the page: its headings a level lower, without where it was written.
 * @param folder of the written module
 */
export function moduleSection(folder: string): string {
  const name = basename(folder);
  const readme = readFileSync(join(folder, 'README.md'), 'utf8');
  const [, ...lines] = readme.trimEnd().split('\n');
  const text = lines
    .join('\n')
    .replace(/\nWritten by `npm run build:modules`[^\n]*\n/, '')
    .replaceAll(/^## (.+)$/gm, `### ${name}: $1`)
    .trim();
  return `## ${name}\n\n${text}`;
}

/** Returns the page of the modules for plain Terraform. @param folder where `npm run build:modules` wrote them */
export function terraformModulesPage(folder: string): string {
  const names = readdirSync(folder).sort();
  return pageText({
    title: 'Modules for plain Terraform',
    about:
      'Requirements, resources, variables and outputs of each module that `npm run build:modules` writes to `dist/modules`, and `npm run pack` packs. They need no Node.js to be used; [examples/terraform](../../examples/terraform) has whole configurations. Written from the modules by `npm run build:reference`.',
    parts: [
      names.map((name) => `- [${name}](#${anchor(name)})`).join('\n'),
      ...names.map((name) => moduleSection(join(folder, name))),
    ],
  });
}
