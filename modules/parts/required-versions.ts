import type { TerraformStack } from 'cdktf';

/** Terraform versions that know every feature the stacks use (S3 lock files, write-only arguments). */
const requiredTerraform = '>= 1.11.0';

/** The bindings are typed against major 6; the stacks use only what both majors accept. */
const requiredAwsProvider = { source: 'hashicorp/aws', version: '>= 5.100.0, < 7.0.0' };

/** Narrows the versions of the AWS provider that a stack takes. */
export function requireProvider(stack: TerraformStack, version: string): void {
  stack.addOverride('terraform.required_providers.aws', { ...requiredAwsProvider, version });
}

/** The library would pin the one version its bindings were made from, and name no version of Terraform. */
export function requireVersions(stack: TerraformStack): void {
  stack.addOverride('terraform.required_version', requiredTerraform);
  stack.addOverride('terraform.required_providers.aws', requiredAwsProvider);
}
