/** Instance types that EC2 does not offer where a group is, with the real provider and the offerings that the emulator has recorded. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AutoscalingGroup } from '@cdktf/provider-aws/lib/autoscaling-group';
import { LaunchTemplate } from '@cdktf/provider-aws/lib/launch-template';
import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { Subnet } from '@cdktf/provider-aws/lib/subnet';
import { Vpc } from '@cdktf/provider-aws/lib/vpc';
import { App, ref, TerraformStack, TerraformVariable } from 'cdktf';
import { OfferedTypes } from '../../modules/parts/offered-types';
import { requireVersions } from '../../modules/parts/required-versions';
import { AppliedStack } from './support/applied-stack';

/** In eu-central-1 zone c alone has it. */
const RARE = 'g5g.xlarge';

interface Group {
  readonly instanceTypes: readonly string[];
  /** Letters of the zones. */
  readonly zones: readonly string[];
  /** Whether the zones are known before the group is. */
  readonly known: boolean;
  readonly check?: boolean;
}

class GroupStack extends TerraformStack {
  constructor(scope: App, id: string, { instanceTypes, zones, known, check = true }: Group) {
    super(scope, id);
    requireVersions(this);
    new AwsProvider(this, 'aws', { region: 'eu-central-1' });
    const availabilityZones = zones.map((letter) => `eu-central-1${letter}`);
    const template = new LaunchTemplate(this, 'template', { name: id, imageId: 'ami-0a1b2c3d4e5f60718' });
    const variable = new TerraformVariable(this, 'check', { type: 'bool', default: check });
    const types = new OfferedTypes(this, 'types', {
      prop: 'types',
      instanceTypes,
      zones: known ? availabilityZones : undefined,
      check: check ? true : ref(variable.fqn, this),
    });
    new AutoscalingGroup(this, 'group', {
      name: id,
      minSize: 0,
      maxSize: 1,
      ...(known ? { availabilityZones } : { vpcZoneIdentifier: [...this.subnetsIn(availabilityZones)] }),
      mixedInstancesPolicy: {
        launchTemplate: {
          launchTemplateSpecification: { launchTemplateId: template.id },
          override: instanceTypes.map((instanceType) => ({ instanceType })),
        },
      },
      lifecycle: types.conditions,
    });
  }

  private subnetsIn(availabilityZones: readonly string[]): readonly string[] {
    const vpc = new Vpc(this, 'vpc', { cidrBlock: '10.0.0.0/16' });
    return availabilityZones.map(
      (availabilityZone, at) =>
        new Subnet(this, availabilityZone, { vpcId: vpc.id, availabilityZone, cidrBlock: `10.0.${at}.0/24` })
          .id,
    );
  }
}

const folder = mkdtempSync(join(tmpdir(), 'warmpath-aws-types-'));
const app = new App({ outdir: folder, stackTraces: false });
const groups = {
  'no-such-type': { instanceTypes: ['c7x.large', 'c9x.large'], zones: ['a', 'b'], known: false },
  'not-in-these-zones': { instanceTypes: [RARE], zones: ['a', 'b'], known: true },
  'found-out-later': { instanceTypes: [RARE], zones: ['a', 'b'], known: false },
  'in-one-zone': { instanceTypes: ['c7x.large', RARE], zones: ['a', 'c'], known: false },
  'not-looked-at': { instanceTypes: [RARE], zones: ['a', 'b'], known: true, check: false },
} as const satisfies Record<string, Group>;
for (const [name, group] of Object.entries(groups)) new GroupStack(app, name, group);
app.synth();

const open: AppliedStack[] = [];
function stack(name: keyof typeof groups): AppliedStack {
  const opened = new AppliedStack(join(folder, 'stacks', name));
  open.push(opened);
  return opened;
}
afterAll(() => {
  for (const each of open) each.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('a group of instance types', () => {
  it('is not planned where its Region offers none of them, or none of its zones, and the error names both', async () => {
    await expect(stack('no-such-type').actions()).rejects.toThrow(
      /types: got c7x\.large, c9x\.large, of which EC2 offers none in this\s+Region/,
    );
    await expect(stack('not-in-these-zones').actions()).rejects.toThrow(
      /types: got g5g\.xlarge, of which EC2 offers none in eu-central-1a,\s+eu-central-1b/,
    );
  });

  it('is refused as soon as its zones are known, while it is empty', async () => {
    const late = stack('found-out-later');
    await expect(late.apply()).rejects.toThrow(/none in the zones of the\s+group's\s+subnets/);
    expect(late.resource('aws_autoscaling_group')).toMatchObject({ desired_capacity: 0 });
    await expect(late.drift()).rejects.toThrow(/none in the zones of the\s+group's\s+subnets/);
  });

  it('is made where one zone has one of them, and a second plan is empty', async () => {
    const made = stack('in-one-zone');
    await made.apply();
    expect(await made.drift()).toEqual([]);
    await made.destroy();
  });

  it('is not looked at where a variable says so', async () => {
    expect(await stack('not-looked-at').actions()).toContain('create aws_autoscaling_group.group');
  });
});
