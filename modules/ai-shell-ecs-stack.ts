import { WarmpathStack } from './parts/warmpath-stack';

/** ECS on EC2 with warm instances and pre-pulled images, for one environment. */
export class AiShellEcsStack extends WarmpathStack {}
