/** `npm run build:modules`: writes every construct that is also a Terraform module to dist/modules/<name>. */
import { join } from 'node:path';
import { aiShellEcsModules } from './ai-shell-ecs/terraform-module';
import { type HclModule, writeModule } from './parts/hcl-module';
import { publicVpcModule } from './parts/public-vpc-module';
import { prewarmModule } from './prewarm/terraform-module';

export const hclModules: readonly HclModule[] = [...aiShellEcsModules, prewarmModule, publicVpcModule];

if (require.main === module)
  for (const hclModule of hclModules)
    console.log(writeModule(hclModule, join(__dirname, '..', 'dist', 'modules')));
