import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { EC2Client } from '@aws-sdk/client-ec2';
import { refresh, renderRefresh } from '../../../../scripts/cli/coldstart/refresh';
import { paintFor } from '../../../../scripts/cli/terminal/paint';
import { type FakeAutoScaling, startFakeAutoScaling, WATCHED_REFRESH } from './fake-auto-scaling';

const plain = paintFor({});
const STEPS = [
  { status: 'Pending', percent: 0, left: 8 },
  { status: 'InProgress', percent: 37, left: 5, reason: 'Waiting for instances to warm up.' },
  { status: 'InProgress', percent: 37, left: 5, reason: 'Waiting for instances to warm up.' },
  { status: 'Successful', percent: 100, left: 0 },
];

describe('warmpath coldstart refresh, over the wire', () => {
  let service: FakeAutoScaling;
  let progress = '';
  const isTTY = Object.getOwnPropertyDescriptor(process.stderr, 'isTTY');
  async function run(terminal: boolean): Promise<number> {
    Object.defineProperty(process.stderr, 'isTTY', { value: terminal, configurable: true });
    progress = '';
    jest.spyOn(process.stdout, 'write').mockReturnValue(true);
    jest.spyOn(process.stderr, 'write').mockImplementation((chunk) => {
      progress += String(chunk);
      return true;
    });
    const client = {
      endpoint: service.endpoint,
      region: 'eu-central-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    };
    return refresh(
      { autoScaling: new AutoScalingClient(client), ec2: new EC2Client(client) },
      WATCHED_REFRESH,
    );
  }

  beforeEach(async () => {
    service = await startFakeAutoScaling(STEPS);
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    Object.defineProperty(process.stderr, 'isTTY', isTTY ?? { value: undefined, configurable: true });
    await service.close();
  });

  it('replaces every instance, protected and standby ones too, and changes nothing of the group', async () => {
    expect(await run(false)).toBe(0);
    expect(Object.fromEntries(service.started[0] ?? [])).toMatchObject({
      AutoScalingGroupName: 'shell-ecs-asg',
      'Preferences.MinHealthyPercentage': '100',
      'Preferences.MaxHealthyPercentage': '110',
      'Preferences.ScaleInProtectedInstances': 'Refresh',
      'Preferences.StandbyInstances': 'Terminate',
      'Preferences.SkipMatching': 'false',
      'Preferences.AutoRollback': 'false',
    });
    expect([...(service.started[0]?.keys() ?? [])].join()).not.toContain('DesiredConfiguration');
  });

  it('shows a rollback and its reason, and says at the end what the group is left with', async () => {
    await service.close();
    const reason = 'Alarm shell-slow-start went into ALARM.';
    service = await startFakeAutoScaling([
      { status: 'InProgress', percent: 50, left: 4 },
      { status: 'RollbackInProgress', percent: 25, left: 2, rollbackReason: reason },
      { status: 'RollbackSuccessful', percent: 100, left: 0, rollbackReason: reason },
    ]);
    expect(await run(false)).toBe(1);
    const lines = progress.trimEnd().split('\n');
    expect(lines[1]).toMatch(/^RollbackInProgress .*Alarm shell-slow-start/);
    expect(lines.at(-1)).toBe(
      `rolled back: every instance has the version that the group had before (${reason})`,
    );
  });

  it('writes a line for each change where nobody watches', async () => {
    await run(false);
    const lines = progress.trimEnd().split('\n');
    expect(lines.map((line) => line.split(' ')[0])).toEqual(['Pending', 'InProgress', 'Successful']);
    expect(lines[1]).toContain('37 %  5 to replace  pool 50 %  Waiting for instances to warm up.');
  });

  it('redraws one line on a terminal, and leaves it when it is over', async () => {
    await run(true);
    expect(progress.split('\r\u001b[2K')).toHaveLength(STEPS.length + 1);
    expect(progress.match(/\n/g)).toHaveLength(1);
    expect(progress).toMatch(/Successful .*\n$/);
  });
});

describe('the line of a refresh', () => {
  const underway = { Status: 'InProgress', PercentageComplete: 50, InstancesToUpdate: 4 } as const;

  it('has a bar as long as its share', () => {
    const line = renderRefresh(underway, plain);
    expect(line.match(/█/g)).toHaveLength(15);
    expect(line.match(/░/g)).toHaveLength(15);
  });

  it('never is longer than the terminal is wide', () => {
    const line = renderRefresh({ ...underway, StatusReason: 'x'.repeat(200) }, plain, 100);
    expect(line).toHaveLength(100);
  });
});
