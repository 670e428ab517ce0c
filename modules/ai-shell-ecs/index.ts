import type { CloudwatchMetricAlarm } from '@cdktf/provider-aws/lib/cloudwatch-metric-alarm';
import { Annotations, Lazy, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { shapeRoles } from '../parts/iam-roles';
import { encryptLogs } from '../parts/log-encryption';
import { warnOfEndOfLife } from '../parts/node-version';
import { tagResources } from '../parts/tags';
import { amiId, bakedAmiId } from './ami';
import { AwsLocation, accountOf } from './aws-location';
import { renderBoot } from './boot/render-boot';
import { ColdStartMetrics } from './cold-start-metrics';
import { InvalidAiShellEcsError } from './errors';
import { FailedEvents } from './failed-events';
import { GoldenAmi } from './golden-ami';
import { type ImageReference, pinImage, registrySecrets } from './image-reference';
import { InstanceRole } from './instance-role';
import { InstanceTemplate } from './launch-template';
import { type Names, namesOf } from './names';
import { InstanceNetwork } from './network';
import { PoolClock } from './pool-clock';
import { isPlanned } from './pool-plan';
import { PrepullLog } from './prepull-log';
import type { AiShellEcsProps } from './props';
import { awsRefreshCommand, refreshCommand } from './refresh-command';
import { RolloutDocuments } from './rollout-documents';
import { RolloutDriver } from './rollout-driver';
import { checkSettings } from './rules';
import { resolveSettings, SHELL_IMAGE } from './settings';
import { ShellCapacity } from './shell-capacity';
import { ShellCluster } from './shell-cluster';
import { ShellTask } from './shell-task';
import { WarmPoolGroup } from './warm-pool-group';

export type { ImageSource } from './image-source';
export type { AiShellEcsProps } from './props';

const UNPINNED_AMI =
  'ami: the recommended AMI is looked up at each plan, so an apply of anything else replaces every instance once AWS recommends ' +
  "a newer one; pin it by warmpath coldstart ami --update and { from: 'lock', lockFile, region }, or by { from: 'id' }";

/**
 * ECS on EC2 where a task starts at once on an instance that has just booted: the image is pinned by digest and on disk
 * before the agent registers, and a warm pool holds instances in that state.
 */
export class AiShellEcs extends Construct {
  private readonly baseName: string;
  readonly image: ImageReference;
  readonly names: Names;
  readonly network: InstanceNetwork;
  readonly prepullLog: PrepullLog;
  readonly instanceRole: InstanceRole;
  /** Only where events drive functions: with `goldenAmi` or `coldStartMetrics`. */
  readonly failedEvents: FailedEvents | undefined;
  /** Only with `goldenAmi`. */
  readonly goldenAmi: GoldenAmi | undefined;
  readonly template: InstanceTemplate;
  readonly group: WarmPoolGroup;
  /** Shell command that replaces the instances, and rolls a new template version out where Terraform does not. */
  readonly refreshCommand: string;
  /** Replaces the instances by the AWS CLI. */
  readonly awsRefreshCommand: string;
  readonly cluster: ShellCluster;
  readonly capacity: ShellCapacity;
  readonly task: ShellTask | undefined;
  /** Whether ECS Exec may open sessions. */
  readonly allowsSessions: boolean;
  readonly coldStartMetrics: ColdStartMetrics | undefined;
  /** Sizes a pool with a plan; only without a rollout in place, whose driver does. */
  readonly poolClock: PoolClock | undefined;
  /** Only with a rollout in place. */
  readonly rollout: { readonly documents: RolloutDocuments; readonly driver: RolloutDriver } | undefined;

  /** @throws InvalidAiShellEcsError with every contradiction in the props, before any resource exists */
  constructor(scope: Construct, id: string, props: AiShellEcsProps) {
    super(scope, id);
    const settings = resolveSettings(props);
    checkSettings(this.node.path, settings);
    this.baseName = settings.name;
    this.refuseTwin(settings.name);
    this.names = {
      ...namesOf(settings.name),
      autoScalingGroup: Lazy.stringValue({ produce: () => this.group.name }),
    };
    tagResources(this, props.tags);
    shapeRoles(this, props.roles);
    encryptLogs(this, props.logs?.kmsKeyArn);
    this.allowsSessions = props.exec !== false;
    const location = new AwsLocation(this, 'place', props);
    const context = { names: this.names, location, settings };

    this.image = pinImage(this, 'image', props.image);
    const namedImages = Object.fromEntries(
      Object.entries(props.additionalImages ?? {}).map(([key, source]) => [
        key,
        pinImage(this, `image-${key}`, source),
      ]),
    );
    const additionalImages = Object.values(namedImages);
    const sidecarImages = Object.fromEntries(
      Object.entries(settings.task?.sidecars ?? {}).map(([name, { image }]) => [
        name,
        pinImage(this, `sidecar-${name}`, image),
      ]),
    );
    const imagesBeside = [...additionalImages, ...Object.values(sidecarImages)];
    const images = [this.image, ...imagesBeside];

    const { inPlaceRollout } = settings;
    const documents =
      inPlaceRollout &&
      new RolloutDocuments(this, 'rollout', {
        ...context,
        rollout: inPlaceRollout,
        images: { [SHELL_IMAGE]: this.image, ...namedImages, ...sidecarImages },
      });

    this.network = new InstanceNetwork(this, 'network', context);
    const { securityGroupIds } = this.network;
    this.prepullLog = new PrepullLog(this, 'prepull-log', context);
    this.instanceRole = new InstanceRole(this, 'instance-role', {
      ...context,
      images,
      prepullLogArn: this.prepullLog.logGroup.arn,
      imagesParameterArn: documents?.images.arn,
    });
    const accountId = accountOf(this.instanceRole.role.arn);
    this.cluster = new ShellCluster(this, 'cluster', { ...context, accountId });

    const plannedPool =
      settings.warmPool !== undefined && isPlanned(settings.warmPool) ? settings.warmPool : undefined;
    const isEventDriven =
      props.goldenAmi !== undefined ||
      props.coldStartMetrics !== false ||
      documents !== undefined ||
      plannedPool !== undefined;
    if (isEventDriven) warnOfEndOfLife(this, settings.nodeVersion);
    this.failedEvents = isEventDriven ? new FailedEvents(this, 'failed-events', context) : undefined;

    if (settings.ami.from === 'recommended' && settings.ami.given === undefined && !props.goldenAmi)
      Annotations.of(this).addWarning(UNPINNED_AMI);
    const firstAmiId = amiId(this, settings.ami, settings.instances.architecture);
    if (props.goldenAmi !== undefined && this.image.ecr !== undefined && this.failedEvents !== undefined) {
      this.goldenAmi = new GoldenAmi(this, 'golden-ami', {
        ...context,
        goldenAmi: props.goldenAmi,
        image: this.image,
        repository: this.image.ecr,
        additionalImages: imagesBeside,
        securityGroupIds,
        failedEvents: this.failedEvents,
        firstAmiId,
      });
    }
    this.template = new InstanceTemplate(this, 'template', {
      ...context,
      imageId: this.goldenAmi === undefined ? firstAmiId : bakedAmiId(this.goldenAmi.amiParameter, settings),
      instanceProfileArn: this.instanceRole.profile.arn,
      securityGroupIds,
      userData: renderBoot(settings, {
        images: images.map(({ reference }) => reference),
        registrySecrets: registrySecrets(images),
        region: location.region,
        groupName: this.names.autoScalingGroup,
      }),
    });
    this.group = new WarmPoolGroup(this, 'group', {
      ...context,
      template: this.template.template,
      // Instances need their permissions, and a cluster to register with, from their first second.
      dependsOn: [this.instanceRole.policy, ...(this.cluster.cluster ? [this.cluster.cluster] : [])],
    });
    this.refreshCommand = refreshCommand({
      groupName: this.names.autoScalingGroup,
      templateVersion: this.template.template.latestVersion,
      refresh: settings.refresh,
    });
    this.awsRefreshCommand = awsRefreshCommand({
      groupName: this.names.autoScalingGroup,
      refresh: settings.refresh,
    });
    this.capacity = new ShellCapacity(this, 'capacity', {
      settings,
      cluster: this.cluster,
      group: this.group.group,
    });
    if (settings.task !== undefined) {
      this.task = new ShellTask(this, 'task', {
        ...context,
        accountId,
        task: settings.task,
        image: documents?.current(SHELL_IMAGE, this.image) ?? this.image,
        sidecarImages: Object.fromEntries(
          Object.entries(sidecarImages).map(([name, image]) => [
            name,
            documents?.current(name, image) ?? image,
          ]),
        ),
        cluster: this.cluster,
        capacity: this.capacity,
        securityGroupIds,
      });
    }
    if (documents !== undefined && inPlaceRollout !== undefined && this.failedEvents !== undefined) {
      const driver = new RolloutDriver(this, 'rollout-driver', {
        ...context,
        rollout: inPlaceRollout,
        accountId,
        documents,
        images,
        prepullLogArn: this.prepullLog.logGroup.arn,
        groupName: this.group.group.name,
        cluster: this.cluster,
        task: this.task,
        failedEvents: this.failedEvents,
      });
      this.rollout = { documents, driver };
    } else if (plannedPool !== undefined && this.failedEvents !== undefined) {
      this.poolClock = new PoolClock(this, 'pool-clock', {
        ...context,
        warmPool: plannedPool,
        accountId,
        groupName: this.group.group.name,
        failedEvents: this.failedEvents,
      });
    }
    if (props.coldStartMetrics !== false && this.failedEvents !== undefined) {
      this.coldStartMetrics = new ColdStartMetrics(this, 'cold-start-metrics', {
        ...context,
        given: props.coldStartMetrics ?? {},
        failedEvents: this.failedEvents,
        prepullLog: this.prepullLog,
        cluster: this.cluster,
        groupName: this.group.group.name,
        capacityProviderName: settings.capacityProvider.name,
        goldenAmi: this.goldenAmi?.images(accountId),
        otherAlarms: this.otherAlarms,
      });
    }
  }

  /** Those that are there without the metrics of cold starts too. */
  get otherAlarms(): readonly CloudwatchMetricAlarm[] {
    if (this.poolClock !== undefined) return [this.poolClock.alarm];
    return this.rollout?.driver.alarms ?? [];
  }

  /** Names are per account and Region: the second would fail in the middle of an apply. */
  private refuseTwin(name: string): void {
    const twin = TerraformStack.of(this)
      .node.findAll()
      .find((other) => other instanceof AiShellEcs && other !== this && other.baseName === name);
    if (twin !== undefined)
      throw new InvalidAiShellEcsError(this.node.path, [
        `name: got "${name}", which ${twin.node.path} in the same stack has; groups, roles and log groups are named after it; choose another`,
      ]);
  }
}
