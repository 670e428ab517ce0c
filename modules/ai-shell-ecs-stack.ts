import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Construct } from 'constructs';
import { AiShellEcs } from './ai-shell-ecs';
import { addAiShellEcsOutputs } from './ai-shell-ecs/outputs';
import type { AmiSource } from './ai-shell-ecs/props';
import { PublicVpc } from './parts/public-vpc';
import { WarmpathStack, type WarmpathStackProps } from './warmpath-stack';

/** What `warmpath coldstart ami --update` writes at the root of the repository. */
const AMI_LOCK = join(__dirname, '..', 'ami.lock.json');

/** The AMI that is locked, where there is a lock; else the recommended one, about which the construct warns. */
function defaultAmi(region: string): AmiSource {
  return existsSync(AMI_LOCK) ? { from: 'lock', lockFile: AMI_LOCK, region } : { from: 'recommended' };
}

/** ECS on EC2 with warm instances and pre-pulled images, for one environment. */
export class AiShellEcsStack extends WarmpathStack {
  readonly shell: AiShellEcs;

  constructor(scope: Construct, id: string, props: WarmpathStackProps) {
    super(scope, id, props);
    const { environmentName, environment } = props;
    const name = `ai-shell-${environmentName}`;
    const { network, region } = environment;
    this.shell = new AiShellEcs(this, 'ai-shell', {
      ami: defaultAmi(region),
      ...environment.aiShell,
      name,
      network:
        network.kind === 'existing' ? network : new PublicVpc(this, 'network', { ...network, name, region }),
    });
    addAiShellEcsOutputs(this, this.shell);
  }
}
