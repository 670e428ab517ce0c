import type { Construct } from 'constructs';
import { Prewarm } from './prewarm';
import { addPrewarmOutputs } from './prewarm/outputs';
import { WarmpathStack, type WarmpathStackProps } from './warmpath-stack';

/** Pre-warming of CloudFront edges, for one environment. */
export class PrewarmStack extends WarmpathStack {
  readonly prewarm: Prewarm;

  constructor(scope: Construct, id: string, props: WarmpathStackProps) {
    super(scope, id, props);
    const { environmentName, environment } = props;
    this.prewarm = new Prewarm(this, 'prewarm', {
      ...environment.prewarm,
      deployment: environmentName,
      accountId: environment.account,
      region: environment.region,
      network: environment.network,
    });
    addPrewarmOutputs(this, this.prewarm);
  }
}
