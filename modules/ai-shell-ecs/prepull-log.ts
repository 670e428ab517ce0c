import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import { Construct } from 'constructs';
import type { Names } from './names';
import type { AiShellEcsSettings } from './settings';

export interface PrepullLogProps {
  readonly names: Names;
  readonly settings: AiShellEcsSettings;
}

/** One line for each boot of each instance, in a stream of its own: what is left of an instance that was abandoned. */
export class PrepullLog extends Construct {
  readonly logGroup: CloudwatchLogGroup;

  constructor(scope: Construct, id: string, { names, settings }: PrepullLogProps) {
    super(scope, id);
    this.logGroup = new CloudwatchLogGroup(this, 'Default', {
      name: names.prepullLogGroup,
      retentionInDays: settings.logRetentionDays,
      tags: settings.tags,
    });
  }
}
