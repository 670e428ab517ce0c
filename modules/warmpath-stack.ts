import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';
import type { Environment } from './environment';
import { configureBackend } from './parts/backends';
import { addGuardRails } from './parts/guard-rails';
import { tagInstances } from './parts/tags';

/** Terraform versions that know every feature the stacks use (S3 lock files, write-only arguments). */
export const requiredTerraform = '>= 1.11.0';

/** The bindings are typed against major 6; the stacks use only what both majors accept. */
export const requiredAwsProvider = { source: 'hashicorp/aws', version: '>= 5.100.0, < 7.0.0' };

export interface WarmpathStackProps {
  /** Name of the environment, such as `prod`. */
  readonly environmentName: string;
  readonly environment: Environment;
}

/** A stack of one environment: its state, its provider, its tags and the guard rails. */
export abstract class WarmpathStack extends TerraformStack {
  constructor(scope: Construct, id: string, props: WarmpathStackProps) {
    super(scope, id);
    const { environmentName, environment } = props;
    configureBackend(this, environment.backend);
    const tags = { ...environment.tags, Project: 'warmpath', Environment: environmentName, Stack: id };
    new AwsProvider(this, 'aws', {
      region: environment.region,
      allowedAccountIds: [environment.account],
      defaultTags: [{ tags }],
    });
    requireVersions(this);
    tagInstances(this, tags);
    addGuardRails(this, { requiredTags: Object.keys(tags) });
  }
}

/** The library would pin the one version its bindings were made from. */
export function requireVersions(stack: TerraformStack): void {
  stack.addOverride('terraform.required_version', requiredTerraform);
  stack.addOverride('terraform.required_providers.aws', requiredAwsProvider);
}
