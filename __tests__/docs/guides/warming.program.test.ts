/** The guides of those who warm, each command run as it stands: real command line, real service, edges on loopback. */
import { type LoopbackCdn, startLoopbackCdn } from '../../../scripts/loopback-cdn';
import { expectRecording } from './recording';
import { runGuide } from './run-guide';

const POPS = ['FRA56-P4', 'NRT57-P3', 'FRA2-C1', 'FRA2-C2', 'FRA50-C1'];
const ALIASES = ['www.example.com'];

describe('a guide for warming', () => {
  let cdn: LoopbackCdn;

  beforeEach(async () => {
    cdn = await startLoopbackCdn({ pops: POPS, aliases: ALIASES, originDelayMs: 20, objectBytes: 50_000 });
  });
  afterEach(() => cdn.close());

  it('warm-before-a-launch ends with all objects on the three edges, and the second time downloads none', async () => {
    using run = await runGuide('warm-before-a-launch', { cdn });
    for (const code of ['FRA2-C1', 'FRA2-C2', 'FRA50-C1']) expect(cdn.pop(code).storedObjects).toBe(4);
    expect(run.file('report.html')).toContain('FRA50-C1');
    expect(cdn.originRequests).toBe(12);
    expectRecording('warm-before-a-launch', run.screen);
  });

  it('run-without-aws warms through the API of the service, and leaves its report', async () => {
    using run = await runGuide('run-without-aws', { cdn });
    expect(JSON.parse(run.file('report.json'))).toMatchObject({
      status: 'FINISHED',
      asked: { warm: 4, failed: 0 },
    });
    expectRecording('run-without-aws', run.screen);
  });

  it('move-from-the-old-solution gets the old answers', async () => {
    using run = await runGuide('move-from-the-old-solution', { cdn });
    expect(JSON.parse(run.file('accepted.json'))).toMatchObject({ status: 'Success', error_urls: [] });
    expect(JSON.parse(run.file('progress.json'))).toMatchObject({
      percentage_complete: 100,
      download_count: 2,
    });
    expect(JSON.parse(run.file('summary.json'))).toMatchObject({ failure_pops: [], failure_urls: [] });
    expectRecording('move-from-the-old-solution', run.screen);
  });
});
