/** `npm run build:modules`: writes every construct that is also a Terraform module to dist/modules/<name>. */
import { join } from 'node:path';
import { type HclModule, writeModule } from './parts/hcl-module';

export const hclModules: readonly HclModule[] = [];

if (require.main === module)
  for (const hclModule of hclModules)
    console.log(writeModule(hclModule, join(__dirname, '..', 'dist', 'modules')));
