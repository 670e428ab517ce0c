import { DataAwsEc2InstanceTypeOfferings } from '@cdktf/provider-aws/lib/data-aws-ec2-instance-type-offerings';
import { Fn, type IResolvable, Op, type Postcondition, type Precondition, ref, Token } from 'cdktf';
import { Construct } from 'constructs';
import { eachOf, oneIf } from './plan-values';

export interface OfferedTypesProps {
  /** Name of the prop or variable, for the error. */
  readonly prop: string;
  readonly instanceTypes: readonly string[];
  /** Zones of the group's subnets, where they are known before it exists. @default - those that the group turns out to have */
  readonly zones?: readonly string[] | undefined;
  /** Whether it is looked at; Terraform may decide. */
  readonly check: true | IResolvable;
}

/**
 * Refuses instance types of which EC2 offers none in the group's zones: no instance would ever come, and only the group's
 * activities would say why. One type that one zone has is enough, since the group launches what there is.
 *
 * Conditions of the group, since a check block with a data source leaves no plan empty.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-discovery.html
 */
export class OfferedTypes extends Construct {
  private readonly places: IResolvable;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: OfferedTypesProps,
  ) {
    super(scope, id);
    const { check } = props;
    const offerings = new DataAwsEc2InstanceTypeOfferings(this, 'Default', {
      locationType: 'availability-zone',
      filter: [{ name: 'instance-type', values: [...props.instanceTypes] }],
      ...(check === true ? {} : { count: oneIf(check) }),
    });
    this.places =
      check === true
        ? ref(`${offerings.fqn}.locations`, offerings.cdktfStack)
        : Fn.flatten(eachOf(offerings, 'locations'));
  }

  /** Conditions for the life cycle of the group. */
  get conditions(): { readonly precondition: Precondition[]; readonly postcondition?: Postcondition[] } {
    const { zones } = this.props;
    if (zones !== undefined)
      return { precondition: [this.condition(this.within(zones), `in ${zones.join(', ')}`)] };
    const own = Token.asList(ref('self.availability_zones'));
    return {
      precondition: [this.condition(this.places, 'in this Region')],
      postcondition: [this.condition(this.within(own), "in the zones of the group's subnets")],
    };
  }

  private within(zones: readonly string[]): readonly string[] {
    return Fn.setintersection(Token.asList(this.places), [[...zones]]);
  }

  private condition(found: IResolvable | readonly string[], where: string): Precondition {
    const { check, instanceTypes, prop } = this.props;
    const isFound = Op.gte(Fn.lengthOf(found), 1);
    return {
      condition: check === true ? isFound : Op.or(Op.not(check), isFound),
      errorMessage:
        `${prop}: got ${joined(instanceTypes)}, of which EC2 offers none ${where}; allowed are types that ` +
        '`aws ec2 describe-instance-type-offerings --location-type availability-zone` lists there; take another type, or other subnets.',
    };
  }
}

function joined(types: readonly string[]): string {
  return Token.isUnresolved(types) ? Fn.join(', ', [...types]) : types.join(', ');
}
