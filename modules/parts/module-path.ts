import { ref, type TerraformAsset, TerraformStack, Token } from 'cdktf';
import type { Construct } from 'constructs';

/**
 * Returns the path of an asset as Terraform finds it: relative to the folder it runs in for a stack, and below
 * `path.module` for a
 * stack that is written as a reusable module, where Terraform runs somewhere else.
 */
export function assetPath(scope: Construct, asset: TerraformAsset): string {
  const isModule = scope.node.tryGetContext(MODULE_CONTEXT) === true;
  return isModule
    ? `${Token.asString(ref('path.module', TerraformStack.of(scope)))}/${asset.path}`
    : asset.path;
}

/** Set on a stack that becomes a reusable Terraform module. */
export const MODULE_CONTEXT = 'warmpath:hcl-module';
