import type { HclModule } from '../parts/hcl-module';
import { AiShellEcs } from './index';
import { outputsOf } from './outputs';
import { propsFromVariables } from './variables';

/** The construct for users of plain Terraform; written by `npm run build:modules`. */
export const aiShellEcsModule: HclModule = {
  name: 'ai-shell-ecs',
  description:
    'ECS on EC2 where a task starts at once on an instance that has just booted: the image is pinned by digest and on ' +
    'disk before the agent registers, and a warm pool holds instances in that state.',
  usage: `
module "ai_shell_ecs" {
  source              = "./dist/modules/ai-shell-ecs"
  name                = "shell"
  ecs_cluster_name    = "shells"
  ecr_repository_url  = "111111111111.dkr.ecr.eu-central-1.amazonaws.com/ai-shell"
  container_image_tag = "v42"
  vpc_id              = "vpc-0a1b2c3d4e5f60718"
  subnet_ids          = ["subnet-0a1b2c3d4e5f60718", "subnet-0b1c2d3e4f5061728"]
}
`,
  build: (stack) => {
    const shell = new AiShellEcs(stack, 'shell', propsFromVariables(stack));
    for (const [name, [description, value]] of Object.entries(outputsOf(shell)))
      if (value !== undefined) stack.output(name, { description, value });
  },
};
