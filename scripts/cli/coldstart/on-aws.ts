/** What the commands run on: clients of the AWS SDK and what asks them, in one file that is loaded when a command runs. */
export { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
export { EC2Client } from '@aws-sdk/client-ec2';
export { ECSClient } from '@aws-sdk/client-ecs';
export { SSMClient } from '@aws-sdk/client-ssm';
export { parseLock } from '../image/files/images-lock';
export { lockAmis } from './ami';
export { measure } from './measure';
export { refresh } from './refresh';
export { rollout } from './rollout';
export { verify } from './verify';
