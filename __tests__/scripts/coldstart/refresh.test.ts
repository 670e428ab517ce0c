import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { refresh, renderRefresh } from '../../../scripts/coldstart/refresh';
import { paintFor } from '../../../scripts/terminal/paint';
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
  const run = async (terminal: boolean): Promise<number> => {
    Object.defineProperty(process.stderr, 'isTTY', { value: terminal, configurable: true });
    progress = '';
    jest.spyOn(process.stdout, 'write').mockReturnValue(true);
    jest.spyOn(process.stderr, 'write').mockImplementation((chunk) => {
      progress += String(chunk);
      return true;
    });
    const client = new AutoScalingClient({
      endpoint: service.endpoint,
      region: 'eu-central-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    return refresh(client, WATCHED_REFRESH);
  };

  beforeEach(async () => {
    service = await startFakeAutoScaling(STEPS);
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    Object.defineProperty(process.stderr, 'isTTY', isTTY ?? { value: undefined, configurable: true });
    await service.close();
  });

  it('asks for the replacement of protected and standby instances', async () => {
    expect(await run(false)).toBe(0);
    expect(Object.fromEntries(service.started[0] ?? [])).toMatchObject({
      AutoScalingGroupName: 'shell-ecs-asg',
      'Preferences.MinHealthyPercentage': '100',
      'Preferences.MaxHealthyPercentage': '110',
      'Preferences.ScaleInProtectedInstances': 'Refresh',
      'Preferences.StandbyInstances': 'Terminate',
      'Preferences.SkipMatching': 'true',
    });
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
