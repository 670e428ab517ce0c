import { createHash } from 'node:crypto';
import { IamInstanceProfile } from '@cdktf/provider-aws/lib/iam-instance-profile';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { Aspects, Fn, type IAspect, Token } from 'cdktf';
import type { IConstruct } from 'constructs';

/** What an organization says of every role that is created. */
export interface RoleProps {
  /** First part of the roles' names, such as `team-`. @default none */
  readonly namePrefix?: string;
  /** Last part of the roles' names, such as `-eu-west-1`: names of roles hold in every Region. @default none */
  readonly nameSuffix?: string;
  /** Path of the roles and instance profiles, such as `/teams/shell/`. @default '/' */
  readonly path?: string;
  /** ARN of the policy that bounds what the roles may do. @default none */
  readonly permissionsBoundaryArn?: string;
}

/** Applies the props to every role and instance profile in the scope. */
export function shapeRoles(scope: IConstruct, props: RoleProps | undefined): void {
  if (props !== undefined) Aspects.of(scope).add(new RoleShape(props));
}

/** Name of a role as `shapeRoles` leaves it, after its path and without the leading slash, as ARNs have it. */
export function roleNameInArn(name: string, props: RoleProps = {}): string {
  const { path } = props;
  return path === undefined ? roleName(name, props) : `${withoutSlash(path)}${roleName(name, props)}`;
}

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const LONGEST_NAME = 64;
const KEPT = 55;
const DIGEST_DIGITS = LONGEST_NAME - KEPT - 1;

/** Returns the name between prefix and suffix. One that IAM would refuse as too long is cut, and ends with a digest of the whole. */
function roleName(name: string, { namePrefix = '', nameSuffix = '' }: RoleProps): string {
  const whole = `${namePrefix}${name}${nameSuffix}`;
  if (Token.isUnresolved(whole)) {
    // Tokens apart from the text around them: a template within a function's argument is one that the library warns of.
    const parts = whole.split(/(\$\{TfToken\[[^\]]*\]\})/).filter((part) => part !== '');
    const joined = Fn.join('', parts);
    const digest = Fn.substr(Fn.sha256(joined), 0, DIGEST_DIGITS);
    const tooLong = `/^(.{${KEPT}}).{${LONGEST_NAME - KEPT + 1},}$/`;
    return Fn.replace(joined, tooLong, Fn.join('', ['$1-', digest]));
  }
  if (whole.length <= LONGEST_NAME) return whole;
  const digest = createHash('sha256').update(whole).digest('hex');
  return `${whole.slice(0, KEPT)}-${digest.slice(0, DIGEST_DIGITS)}`;
}

class RoleShape implements IAspect {
  constructor(private readonly props: RoleProps) {}

  visit(node: IConstruct): void {
    const { path, permissionsBoundaryArn } = this.props;
    if (!(node instanceof IamRole || node instanceof IamInstanceProfile)) return;
    if (node.nameInput !== undefined) node.name = roleName(node.nameInput, this.props);
    if (path !== undefined) node.path = path;
    if (node instanceof IamRole && permissionsBoundaryArn !== undefined)
      node.permissionsBoundary = permissionsBoundaryArn;
  }
}

function withoutSlash(path: string): string {
  return Token.isUnresolved(path) ? Token.asString(Fn.trimprefix(path, '/')) : path.replace(/^\//, '');
}
