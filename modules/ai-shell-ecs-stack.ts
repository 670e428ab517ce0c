import type { Construct } from 'constructs';
import { AiShellEcs } from './ai-shell-ecs';
import { addAiShellEcsOutputs } from './ai-shell-ecs/outputs';
import { PublicVpc } from './parts/public-vpc';
import { WarmpathStack, type WarmpathStackProps } from './warmpath-stack';

/** ECS on EC2 with warm instances and pre-pulled images, for one environment. */
export class AiShellEcsStack extends WarmpathStack {
  constructor(scope: Construct, id: string, props: WarmpathStackProps) {
    super(scope, id, props);
    const { environmentName, environment } = props;
    const name = `ai-shell-${environmentName}`;
    const { network, region } = environment;
    const shell = new AiShellEcs(this, 'ai-shell', {
      ...environment.aiShell,
      name,
      network:
        network.kind === 'existing' ? network : new PublicVpc(this, 'network', { ...network, name, region }),
    });
    addAiShellEcsOutputs(this, shell);
  }
}
