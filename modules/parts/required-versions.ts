import type { TerraformStack } from 'cdktf';

/** Terraform versions that know every feature the stacks use (S3 lock files, write-only arguments). */
const requiredTerraform = '>= 1.11.0';

/** The bindings are typed against major 6; the stacks use only what both majors accept. */
const requiredAwsProvider = { source: 'hashicorp/aws', version: '>= 5.100.0, < 7.0.0' };

/** Sets the versions of the AWS provider that a stack accepts. */
export function requireProvider(stack: TerraformStack, version: string): void {
  stack.addOverride('terraform.required_providers.aws', { ...requiredAwsProvider, version });
}

/**
 * Writes the accepted versions of Terraform and the AWS provider into the stack. By itself CDKTF pins the one provider
 * version that its bindings were made from, and requires no version of Terraform.
 */
export function requireVersions(stack: TerraformStack): void {
  stack.addOverride('terraform.required_version', requiredTerraform);
  stack.addOverride('terraform.required_providers.aws', requiredAwsProvider);
}

/** What a written module needs: validations that read other variables, and no more. */
const moduleTerraform = '>= 1.9.0';

/** Writes the accepted versions into a stack that is written as a module, whose caller brings state and secrets. */
export function requireModuleVersions(stack: TerraformStack): void {
  requireVersions(stack);
  stack.addOverride('terraform.required_version', moduleTerraform);
}
