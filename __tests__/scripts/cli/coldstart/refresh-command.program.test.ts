import { closing } from '../../../support/closing';
import { runCli } from '../prewarm/cli-process';
import { type FakeAutoScaling, startFakeAutoScaling } from './fake-auto-scaling';

const STEPS = [{ status: 'Successful', percent: 100, left: 0 }];

describe('warmpath coldstart refresh, as a command', () => {
  function run(service: FakeAutoScaling, ...flags: readonly string[]) {
    return runCli(['coldstart', 'refresh', '--group', 'shell-ecs-asg', ...flags], '', {
      AWS_ENDPOINT_URL: service.endpoint,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    });
  }

  it('rolls out the newest version of the template, with rollback when an alarm rings', async () => {
    await using service = closing(await startFakeAutoScaling(STEPS));
    const flags = ['--launch-template-version', 'latest', '--auto-rollback', '--skip-matching'];
    const { code } = await run(service, ...flags, '--alarm', 'slow', '--alarm', 'pulled');
    expect(code).toBe(0);
    const policy = 'DesiredConfiguration.MixedInstancesPolicy';
    const template = `${policy}.LaunchTemplate.LaunchTemplateSpecification`;
    const sent = Object.fromEntries(service.started[0] ?? []);
    expect(sent).toMatchObject({
      [`${template}.LaunchTemplateId`]: 'lt-1',
      [`${template}.Version`]: '7',
      [`${policy}.LaunchTemplate.Overrides.member.1.InstanceType`]: 'm7g.large',
      [`${policy}.LaunchTemplate.Overrides.member.2.InstanceType`]: 'm6g.large',
      [`${policy}.InstancesDistribution.OnDemandAllocationStrategy`]: 'prioritized',
      'Preferences.AutoRollback': 'true',
      'Preferences.SkipMatching': 'true',
      'Preferences.AlarmSpecification.Alarms.member.1': 'slow',
      'Preferences.AlarmSpecification.Alarms.member.2': 'pulled',
    });
    // Auto Scaling refuses a template that is named twice.
    expect(sent).not.toHaveProperty([`${template}.LaunchTemplateName`]);
  });

  it('starts nothing where its options contradict each other', async () => {
    await using service = closing(await startFakeAutoScaling(STEPS));
    const [rollback, attach, version] = await Promise.all([
      run(service, '--auto-rollback'),
      run(service, '--attach', '--skip-matching'),
      run(service, '--launch-template-version', '$Latest'),
    ]);
    expect(rollback).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('add --launch-template-version latest or a number'),
    });
    expect(attach).toMatchObject({ code: 2, stderr: expect.stringContaining('--attach') });
    expect(version).toMatchObject({ code: 2, stderr: expect.stringContaining('a version, or latest') });
    expect(service.started).toEqual([]);
  });
});
