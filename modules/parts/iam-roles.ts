import { IamInstanceProfile } from '@cdktf/provider-aws/lib/iam-instance-profile';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { Aspects, Fn, type IAspect, Token } from 'cdktf';
import type { IConstruct } from 'constructs';

/** What an organization says of every role that is created. */
export interface RoleProps {
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
export function roleNameInArn(name: string, { nameSuffix = '', path }: RoleProps = {}): string {
  return path === undefined ? `${name}${nameSuffix}` : `${withoutSlash(path)}${name}${nameSuffix}`;
}

class RoleShape implements IAspect {
  constructor(private readonly props: RoleProps) {}

  visit(node: IConstruct): void {
    const { nameSuffix = '', path, permissionsBoundaryArn } = this.props;
    if (!(node instanceof IamRole || node instanceof IamInstanceProfile)) return;
    if (node.nameInput !== undefined) node.name = `${node.nameInput}${nameSuffix}`;
    if (path !== undefined) node.path = path;
    if (node instanceof IamRole && permissionsBoundaryArn !== undefined)
      node.permissionsBoundary = permissionsBoundaryArn;
  }
}

function withoutSlash(path: string): string {
  return Token.isUnresolved(path) ? Token.asString(Fn.trimprefix(path, '/')) : path.replace(/^\//, '');
}
