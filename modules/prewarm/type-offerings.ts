import { TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';

/**
 * Warns in plan and apply of instance types that the Region does not offer: the group would refuse them, or launch fewer types
 * than were meant. A `check` block and no data source of the stack, so that a plan without credentials or network succeeds.
 */
export function checkTypesAreOffered(
  scope: Construct,
  instanceTypes: readonly string[],
  region: string,
): void {
  // Bindings have no check blocks.
  TerraformStack.of(scope).addOverride(`check.offered_types_${scope.node.addr.slice(-8)}`, {
    data: {
      aws_ec2_instance_type_offerings: {
        offered: {
          location_type: 'region',
          filter: [{ name: 'instance-type', values: instanceTypes }],
        },
      },
    },
    assert: [
      {
        condition: `\${length(setsubtract(${JSON.stringify(instanceTypes)}, data.aws_ec2_instance_type_offerings.offered.instance_types)) == 0}`,
        error_message: `fleet.instanceTypes: \${join(", ", setsubtract(${JSON.stringify(instanceTypes)}, data.aws_ec2_instance_type_offerings.offered.instance_types))} not offered in ${region}; leave them out, or take others of the Region.`,
      },
    ],
  });
}
