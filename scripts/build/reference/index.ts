/** `npm run build:reference`: writes the pages of `docs/reference` from the code. They are committed; a test looks for drift. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../functions';
import { apiPage } from './api-page';
import { commandLinePage } from './command-line-page';
import { configurationPage } from './configuration-page';
import { constructsPage } from './constructs-page';
import { terraformModulesPage } from './terraform-modules-page';

export const REFERENCE_FOLDER = join(repositoryRoot, 'docs/reference');

/** Returns the text of every page that is made of this repository's sources alone, by its name. */
export function sourcePages(): Readonly<Record<string, string>> {
  return {
    'api.md': apiPage(),
    'command-line.md': commandLinePage(),
    'configuration.md': configurationPage(),
    'constructs.md': constructsPage(),
  };
}

if (require.main === module) {
  execFileSync('npm', ['run', '--silent', 'build:modules'], {
    cwd: repositoryRoot,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  mkdirSync(REFERENCE_FOLDER, { recursive: true });
  const pages = {
    ...sourcePages(),
    'terraform-modules.md': terraformModulesPage(join(repositoryRoot, 'dist/modules')),
  };
  for (const [name, text] of Object.entries(pages)) writeFileSync(join(REFERENCE_FOLDER, name), text);
}
