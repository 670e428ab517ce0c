import { DataTerraformRemoteState, TerraformBackend, type TerraformStack } from 'cdktf';

export interface HcpBackendProps {
  readonly organization: string;
  readonly workspace: string;
  /** Host of a Terraform Enterprise installation. @default - HCP Terraform */
  readonly hostname?: string;
}

/**
 * State and runs in one workspace of HCP Terraform. The library's own class runs `terraform version` at every synthesis and
 * fails where Terraform is not installed; `required_version` of the stack asks for more than that check does.
 */
export class HcpBackend extends TerraformBackend {
  constructor(
    stack: TerraformStack,
    private readonly props: HcpBackendProps,
  ) {
    super(stack, 'backend', 'cloud');
  }

  override toTerraform(): object {
    const { organization, workspace, hostname } = this.props;
    const cloud = { organization, workspaces: { name: workspace }, ...(hostname ? { hostname } : {}) };
    return { terraform: { cloud } };
  }

  override toMetadata(): object {
    return { ...super.toMetadata(), cloud: this.props.hostname === undefined ? 'tfc' : 'tfe' };
  }

  override getRemoteStateDataSource(scope: TerraformStack, name: string): DataTerraformRemoteState {
    const { organization, workspace, hostname } = this.props;
    return new DataTerraformRemoteState(scope, name, {
      organization,
      workspaces: { name: workspace },
      ...(hostname ? { hostname } : {}),
    });
  }
}
