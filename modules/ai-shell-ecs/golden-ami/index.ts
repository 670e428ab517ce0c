import { DataAwsAmi } from '@cdktf/provider-aws/lib/data-aws-ami';
import { EbsFastSnapshotRestore } from '@cdktf/provider-aws/lib/ebs-fast-snapshot-restore';
import { ImagebuilderComponent } from '@cdktf/provider-aws/lib/imagebuilder-component';
import { ImagebuilderDistributionConfiguration } from '@cdktf/provider-aws/lib/imagebuilder-distribution-configuration';
import { ImagebuilderImagePipeline } from '@cdktf/provider-aws/lib/imagebuilder-image-pipeline';
import { ImagebuilderImageRecipe } from '@cdktf/provider-aws/lib/imagebuilder-image-recipe';
import { ImagebuilderInfrastructureConfiguration } from '@cdktf/provider-aws/lib/imagebuilder-infrastructure-configuration';
import { SsmParameter } from '@cdktf/provider-aws/lib/ssm-parameter';
import { Fn, Token, Tokenization } from 'cdktf';
import { Construct } from 'constructs';
import { recommendedAmiParameter } from '../ami';
import type { AwsLocation } from '../aws-location';
import type { FailedEvents } from '../failed-events';
import { type EcrRepository, type ImageReference, registrySecrets } from '../image-reference';
import { repositoryArn } from '../instance-role';
import { atMost, firstOf } from '../plan-values';
import type { GoldenAmiProps } from '../props';
import type { AiShellEcsSettings } from '../settings';
import { AmiRetention } from './ami-retention';
import { bakeDocument } from './bake-document';
import { BuildRole } from './build-role';
import { renderComponent } from './component-document';
import { contentVersion } from './content-version';
import { goldenAmiNames } from './names';
import { PushTrigger } from './push-trigger';

export interface GoldenAmiConstructProps {
  readonly settings: AiShellEcsSettings;
  readonly goldenAmi: GoldenAmiProps;
  readonly location: AwsLocation;
  /** The shell's image; its later pushes are baked. */
  readonly image: ImageReference;
  readonly repository: EcrRepository;
  readonly additionalImages: readonly ImageReference[];
  readonly securityGroupIds: readonly string[];
  readonly failedEvents: FailedEvents;
  /** The AMI until the first build is done. */
  readonly firstAmiId: string;
}

/** Image Builder's gp3 volumes go up to these. */
const BUILD_THROUGHPUT_MIBPS = 1000;
const BUILD_IOPS = 10_000;

/**
 * An AMI that holds the container images already. Image Builder writes its id into an SSM parameter, and the next apply
 * makes of it a launch template version, which is rolled out like any other: the AMI stays in the plan.
 */
export class GoldenAmi extends Construct {
  readonly pipeline: ImagebuilderImagePipeline;
  /** Holds the id of the newest AMI. */
  readonly amiParameter: SsmParameter;
  /** Holds the reference that the next build bakes. */
  readonly referenceParameter: SsmParameter;
  readonly recipe: ImagebuilderImageRecipe;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: GoldenAmiConstructProps,
  ) {
    super(scope, id);
    const { settings, goldenAmi, image } = props;
    const names = goldenAmiNames(settings.name);
    // Both are written by others after the first apply: the builder and the push.
    this.amiParameter = new SsmParameter(this, 'ami-id', {
      name: names.amiParameter,
      description: `Newest golden AMI of ${settings.name}`,
      type: 'String',
      dataType: 'aws:ec2:image',
      insecureValue: props.firstAmiId,
      tags: settings.tags,
      // Written by hand, for a rollback, it becomes plain text; replacing it would bring the first AMI back.
      lifecycle: { ignoreChanges: ['insecure_value', 'data_type'] },
    });
    this.referenceParameter = new SsmParameter(this, 'reference', {
      name: names.referenceParameter,
      description: `Image that the golden AMI of ${settings.name} bakes`,
      type: 'String',
      insecureValue: image.reference,
      tags: settings.tags,
      lifecycle: { ignoreChanges: ['insecure_value'] },
    });
    this.recipe = this.createRecipe(this.createComponent());
    this.pipeline = new ImagebuilderImagePipeline(this, 'Default', {
      name: names.resource,
      imageRecipeArn: this.recipe.arn,
      infrastructureConfigurationArn: this.createInfrastructure().arn,
      distributionConfigurationArn: this.createDistribution().arn,
      schedule: {
        scheduleExpression: goldenAmi.schedule ?? 'cron(0 3 ? * sun *)',
        pipelineExecutionStartCondition: 'EXPRESSION_MATCH_AND_DEPENDENCY_UPDATES_AVAILABLE',
      },
      imageTestsConfiguration: { imageTestsEnabled: true, timeoutMinutes: 60 },
      tags: settings.tags,
    });
    new AmiRetention(this, 'retention', {
      name: names.resource,
      location: props.location,
      recipe: this.recipe,
      keepImages: goldenAmi.keepImages ?? 3,
      tags: settings.tags,
    });
    new PushTrigger(this, 'push', {
      name: settings.name,
      repositoryName: props.repository.name,
      repositoryArn: repositoryArn(props.location.partition, props.repository),
      repositoryUrl: image.repositoryUrl,
      tagPrefixes: goldenAmi.tagPrefixes ?? [],
      reference: this.referenceParameter,
      pipelineArn: this.pipeline.arn,
      failedEvents: props.failedEvents,
      logRetentionDays: settings.logRetentionDays,
      nodeVersion: settings.nodeVersion,
      tags: settings.tags,
    });
    this.restoreSnapshotsFast(goldenAmi.fastSnapshotRestoreZones ?? []);
  }

  /** How the images of the recipe are known to Image Builder. */
  images(accountId: string): { readonly recipe: string; readonly imageArnPrefix: string } {
    const { partition, region } = this.props.location;
    const recipe = goldenAmiNames(this.props.settings.name).resource;
    return {
      recipe,
      imageArnPrefix: `arn:${partition}:imagebuilder:${region}:${accountId}:image/${recipe}/`,
    };
  }

  private createComponent(): ImagebuilderComponent {
    const { settings, additionalImages } = this.props;
    const names = goldenAmiNames(settings.name);
    const data = renderComponent(
      bakeDocument({
        name: names.resource,
        referenceParameter: names.referenceParameter,
        additionalReferences: additionalImages.map(({ reference }) => reference),
        registrySecrets: registrySecrets(additionalImages),
      }),
    );
    return new ImagebuilderComponent(this, 'component', {
      name: names.resource,
      platform: 'Linux',
      supportedOsVersions: ['Amazon Linux 2023'],
      version: contentVersion(this, 'component-content', data),
      data,
      tags: settings.tags,
      lifecycle: { createBeforeDestroy: true },
    });
  }

  private createRecipe(component: ImagebuilderComponent): ImagebuilderImageRecipe {
    const { settings } = this.props;
    const { rootVolume, architecture } = settings.instances;
    const parentImage =
      settings.ami.from === 'id' ? settings.ami.id : `ssm:${recommendedAmiParameter(architecture)}`;
    const ebs = {
      volumeType: 'gp3',
      volumeSize: rootVolume.sizeGib,
      iops: atMost(rootVolume.iops, BUILD_IOPS),
      throughput: atMost(rootVolume.throughputMibps, BUILD_THROUGHPUT_MIBPS),
      encrypted: String(rootVolume.encrypted),
      deleteOnTermination: 'true',
      ...(rootVolume.kmsKeyArn === undefined ? {} : { kmsKeyId: rootVolume.kmsKeyArn }),
    };
    return new ImagebuilderImageRecipe(this, 'recipe', {
      name: goldenAmiNames(settings.name).resource,
      version: contentVersion(
        this,
        'recipe-content',
        JSON.stringify([parentImage, component.versionInput, known(ebs)]),
      ),
      parentImage,
      component: [{ componentArn: component.arn }],
      blockDeviceMapping: [{ deviceName: '/dev/xvda', ebs }],
      tags: settings.tags,
      lifecycle: { createBeforeDestroy: true },
    });
  }

  private createInfrastructure(): ImagebuilderInfrastructureConfiguration {
    const { settings, goldenAmi, location, image, additionalImages, securityGroupIds } = this.props;
    const role = new BuildRole(this, 'build-role', {
      name: `${goldenAmiNames(settings.name).resource}-build`,
      location,
      images: [image, ...additionalImages],
      referenceParameterArn: this.referenceParameter.arn,
    });
    return new ImagebuilderInfrastructureConfiguration(this, 'infrastructure', {
      name: goldenAmiNames(settings.name).resource,
      instanceProfileName: role.profile.name,
      instanceTypes: [...(goldenAmi.buildInstanceTypes ?? settings.instances.instanceTypes)],
      subnetId: firstOf(settings.network.subnetIds),
      securityGroupIds: [...securityGroupIds],
      terminateInstanceOnFailure: true,
      instanceMetadataOptions: { httpTokens: 'required', httpPutResponseHopLimit: 1 },
      resourceTags: settings.tags,
      tags: settings.tags,
    });
  }

  private createDistribution(): ImagebuilderDistributionConfiguration {
    const { settings, goldenAmi, location } = this.props;
    const { rootVolume } = settings.instances;
    return new ImagebuilderDistributionConfiguration(this, 'distribution', {
      name: goldenAmiNames(settings.name).resource,
      distribution: [
        {
          region: location.region,
          amiDistributionConfiguration: {
            name: goldenAmi.amiName ?? `${settings.name}-golden-{{ imagebuilder:buildDate }}`,
            amiTags: settings.tags,
            ...(rootVolume.kmsKeyArn === undefined ? {} : { kmsKeyId: rootVolume.kmsKeyArn }),
          },
          ssmParameterConfiguration: [{ parameterName: this.amiParameter.name, dataType: 'aws:ec2:image' }],
        },
      ],
      tags: settings.tags,
    });
  }

  private restoreSnapshotsFast(zones: readonly string[]): void {
    if (zones.length === 0) return;
    const ami = new DataAwsAmi(this, 'newest', {
      owners: ['self'],
      filter: [{ name: 'image-id', values: [this.amiParameter.insecureValue] }],
    });
    for (const availabilityZone of zones) {
      new EbsFastSnapshotRestore(this, `fast-restore-${availabilityZone}`, {
        availabilityZone,
        snapshotId: ami.rootSnapshotId,
      });
    }
  }
}

/** Values as text that Terraform fills in: JSON would write placeholders of numbers, and no text may hold nothing. */
function known(values: Readonly<Record<string, string | number>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      key,
      typeof value === 'number'
        ? Tokenization.stringifyNumber(value)
        : Token.isUnresolved(value)
          ? Fn.jsonencode(value)
          : value,
    ]),
  );
}
