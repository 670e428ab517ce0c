import { LaunchTemplate, type LaunchTemplateConfig } from '@cdktf/provider-aws/lib/launch-template';
import { Fn, Op, TerraformLocal, Token } from 'cdktf';
import { Construct } from 'constructs';
import { withTags } from '../parts/tags';
import type { Names } from './names';
import { firstOf } from './plan-values';
import type { AiShellEcsSettings } from './settings';

export interface InstanceTemplateProps {
  readonly names: Names;
  readonly settings: AiShellEcsSettings;
  readonly imageId: string;
  readonly instanceProfileArn: string;
  readonly securityGroupIds: readonly string[];
  /** Plain text; compressed by Terraform, unpacked by cloud-init. */
  readonly userData: string;
}

const ROOT_DEVICE = '/dev/xvda';

/** How an instance is made: IMDSv2 only, encrypted gp3, no key pair, no ingress. */
export class InstanceTemplate extends Construct {
  readonly template: LaunchTemplate;

  constructor(scope: Construct, id: string, props: InstanceTemplateProps) {
    super(scope, id);
    const { instances, warmPool, tags } = props.settings;
    const { rootVolume } = instances;
    const tagged = withTags(tags, { Name: props.names.launchTemplate });
    // A local keeps the text readable in the synthesized stack, so that a review sees what changed in it.
    const userData = new TerraformLocal(this, 'user-data', asTerraformText(props.userData));

    this.template = new LaunchTemplate(this, 'Default', {
      name: props.names.launchTemplate,
      updateDefaultVersion: true,
      imageId: props.imageId,
      instanceType: firstOf(instances.instanceTypes),
      ebsOptimized: 'true',
      userData: Fn.base64gzip(userData.asString),
      iamInstanceProfile: { arn: props.instanceProfileArn },
      vpcSecurityGroupIds: [...props.securityGroupIds],
      metadataOptions: {
        httpEndpoint: 'enabled',
        httpTokens: 'required',
        // One hop reaches the agent on the host and shuts out containers on a bridge.
        httpPutResponseHopLimit: 1,
        instanceMetadataTags: 'disabled',
      },
      monitoring: { enabled: true },
      blockDeviceMappings: [
        {
          deviceName: ROOT_DEVICE,
          ebs: {
            volumeType: 'gp3',
            volumeSize: rootVolume.sizeGib,
            iops: rootVolume.iops,
            throughput: rootVolume.throughputMibps,
            encrypted: String(rootVolume.encrypted),
            deleteOnTermination: 'true',
            ...(rootVolume.kmsKeyArn === undefined ? {} : { kmsKeyId: rootVolume.kmsKeyArn }),
            ...(rootVolume.initializationRateMibps === undefined
              ? {}
              : { volumeInitializationRate: rootVolume.initializationRateMibps }),
          },
        },
      ],
      ...hibernation(warmPool?.state),
      // Default tags of the provider do not reach what the template launches.
      tagSpecifications: ['instance', 'volume', 'network-interface'].map((resourceType) => ({
        resourceType,
        tags: tagged,
      })),
      tags,
      lifecycle: { createBeforeDestroy: true },
    });
  }
}

function hibernation(state: string | undefined): Pick<LaunchTemplateConfig, 'hibernationOptions'> {
  if (Token.isUnresolved(state)) return { hibernationOptions: { configured: Op.eq(state, 'Hibernated') } };
  return state === 'Hibernated' ? { hibernationOptions: { configured: true } } : {};
}

/** Shell text holds `${…}` and `%{…}`, which Terraform would take for its own; placeholders of values stay. */
function asTerraformText(text: string): string {
  return text.replace(/\$\{(?!TfToken\[)/g, '$$${').replaceAll('%{', '%%{');
}
