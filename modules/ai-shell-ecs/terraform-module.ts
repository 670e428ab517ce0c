import { declareCreate, type HclModule } from '../parts/hcl-module';
import { AiShellEcs } from './index';
import { outputsOf } from './outputs';
import {
  type AiShellEcsFlavour,
  capacityProviderSwitch,
  coldStartMetricsSwitch,
  propsFromVariables,
} from './variables';

const purpose =
  'ECS on EC2 where a task starts at once on an instance that has just booted: the image is pinned by digest and on ' +
  'disk before the agent registers, and a warm pool holds instances in that state.';

/**
 * The construct for users of plain Terraform; written by `npm run build:modules`. Variables choose values; which resources
 * there are is chosen by the module.
 */
export const aiShellEcsModules: readonly HclModule[] = [
  aiShellEcsModule('ai-shell-ecs', purpose, {
    cluster: 'own',
    goldenAmi: false,
    rollout: 'replace',
    capacity: 'on-demand',
  }),
  aiShellEcsModule(
    'ai-shell-ecs-golden-ami',
    `${purpose} And an AMI that holds the image, built again on every push.`,
    { cluster: 'own', goldenAmi: true, rollout: 'replace', capacity: 'on-demand' },
  ),
  aiShellEcsModule(
    'ai-shell-ecs-existing-cluster',
    `${purpose} It joins a cluster that exists: add the capacity provider of the output \`capacity_providers\` to its list.`,
    { cluster: 'existing', goldenAmi: false, rollout: 'replace', capacity: 'on-demand' },
  ),
  aiShellEcsModule(
    'ai-shell-ecs-in-place',
    `${purpose} And a new image goes onto the instances that are there, before a task of it starts: it replaces none.`,
    { cluster: 'own', goldenAmi: false, rollout: 'in-place', capacity: 'on-demand' },
  ),
  aiShellEcsModule(
    'ai-shell-ecs-spot',
    'ECS on EC2 Spot, with an on-demand share: the image is pinned by digest and on disk before the agent registers. Without a warm pool, ' +
      'as Auto Scaling has none of Spot Instances. It joins a cluster that exists: add the capacity provider of the output ' +
      '`capacity_providers` to its list.',
    { cluster: 'existing', goldenAmi: false, rollout: 'replace', capacity: 'spot' },
  ),
];

function aiShellEcsModule(name: string, description: string, flavour: AiShellEcsFlavour): HclModule {
  const { cluster } = flavour;
  return {
    name,
    description,
    usage: `
module "ai_shell_ecs" {
  source              = "SOURCE/${name}"
  name                = "shell"${cluster === 'existing' ? '\n  existing_cluster_name = "platform"' : ''}
  ecr_repository_url  = "111111111111.dkr.ecr.eu-central-1.amazonaws.com/ai-shell"
  container_image_tag = "v42"
  vpc_id              = "vpc-0a1b2c3d4e5f60718"
  subnet_ids          = ["subnet-0a1b2c3d4e5f60718", "subnet-0b1c2d3e4f5061728"]
}
`,
    build: (stack) => {
      declareCreate(stack);
      const shell = new AiShellEcs(stack, 'shell', propsFromVariables(stack, flavour));
      if (cluster === 'existing') stack.onlyIf(shell.capacity.provider, capacityProviderSwitch(stack));
      if (shell.coldStartMetrics !== undefined)
        stack.onlyIf(shell.coldStartMetrics, coldStartMetricsSwitch(stack));
      for (const [output, [text, value]] of Object.entries(outputsOf(shell)))
        if (value !== undefined)
          stack.output(output, {
            description: text,
            value: output === 'instance_refresh_command' ? shell.awsRefreshCommand : value,
          });
    },
  };
}
