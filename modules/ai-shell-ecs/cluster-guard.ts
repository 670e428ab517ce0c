import { DataAwsEcsClusters } from '@cdktf/provider-aws/lib/data-aws-ecs-clusters';
import { DataResource, type IResolvable, TerraformLocal } from 'cdktf';
import { Construct } from 'constructs';

export interface ClusterGuardProps {
  /** Name of the cluster that is to be created. */
  readonly clusterName: string;
  /** Whether a cluster that is there is refused; Terraform may decide. */
  readonly refuse: true | IResolvable;
}

/**
 * Refuses a cluster that exists. ECS answers CreateCluster with the cluster of that name, so that Terraform would take it over
 * from its owner, and delete it at the end.
 *
 * Whether the cluster was there is written down once, when the name is first used: afterwards there is one, of this state.
 * @see https://github.com/hashicorp/terraform-provider-aws/issues/38875
 */
export class ClusterGuard extends Construct {
  readonly marker: DataResource;

  constructor(scope: Construct, id: string, { clusterName, refuse }: ClusterGuardProps) {
    super(scope, id);
    const clusters = new DataAwsEcsClusters(this, 'clusters');
    // Locals: an expression within an expression cannot hold a reference of its own.
    const name = new TerraformLocal(this, 'name', clusterName).fqn;
    const refused = new TerraformLocal(this, 'refused', refuse).fqn;
    // The provider says null where a Region has none.
    const names = `try([for arn in ${clusters.fqn}.cluster_arns : element(split("/", arn), 1)], [])`;
    this.marker = new DataResource(this, 'Default', { lifecycle: { ignoreChanges: ['input'] } });
    this.marker.addOverride('input', `\${${refused} && contains(${names}, ${name})}`);
    this.marker.addOverride('triggers_replace', clusterName);
    this.marker.addOverride('lifecycle.postcondition', [
      {
        condition: '$' + '{!self.input}',
        error_message:
          `cluster: got ${clusterName}, which exists; allowed is the name of a cluster that is created here, because Terraform would ` +
          'take the other one over and delete it in the end; choose another name, or join the cluster that exists.',
      },
    ]);
  }
}
