/** What the npm package of the constructs exports; `npm run pack` builds it. */
export * from './ai-shell-ecs';
export { AmiLockError } from './ai-shell-ecs/ami-lock';
export { InvalidAiShellEcsError } from './ai-shell-ecs/errors';
export { ImageLockError } from './ai-shell-ecs/images-lock';
export type { SecurityGroupRule } from './ai-shell-ecs/network';
export { addAiShellEcsOutputs } from './ai-shell-ecs/outputs';
export type * from './ai-shell-ecs/props';
export type { BackendConfig, HcpStateConfig, LocalStateConfig, S3StateConfig } from './parts/backends';
export { configureBackend } from './parts/backends';
export { EcrImages, InvalidEcrImagesError } from './parts/ecr-images';
export { addGuardRails } from './parts/guard-rails';
export type { RoleProps } from './parts/iam-roles';
export { PublicVpc, type PublicVpcProps, type VpcShape } from './parts/public-vpc';
export { requireVersions } from './parts/required-versions';
export { tagInstances, tagResources } from './parts/tags';
export {
  type ApiQuota,
  type FleetSizing,
  Prewarm,
  type PrewarmProps,
  type PrivateApi,
  type RegionalApi,
  type Subscriber,
} from './prewarm';
export { InvalidPrewarmError } from './prewarm/errors';
export { addPrewarmOutputs } from './prewarm/outputs';
