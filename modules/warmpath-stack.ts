import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';
import type { Environment } from './environment';
import { configureBackend } from './parts/backends';
import { addGuardRails } from './parts/guard-rails';
import { requireVersions } from './parts/required-versions';
import { tagInstances } from './parts/tags';

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
