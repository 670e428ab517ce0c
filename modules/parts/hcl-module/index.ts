/** Writes a construct as a reusable Terraform module: variables in, outputs out, no provider, no backend. */
export { accountAndPlace, regionAndPartition } from './place';
export { roleProps } from './roles';
export * from './stack';
export * from './variables';
export { writeModule } from './write-module';
