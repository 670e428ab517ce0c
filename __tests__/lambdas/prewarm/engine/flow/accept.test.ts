import { acceptRequest } from '../../../../../lambdas/prewarm/engine/flow/accept';
import { FleetNotFound } from '../../../../../lambdas/prewarm/engine/ports/fleet';
import { collect } from '../ports/samples';
import { specOf, World } from './world';

async function* urls() {
  yield 'https://d111111abcdef8.cloudfront.net/a';
}

describe('accepting a request', () => {
  it('stores nothing, and makes no deadline, where there is no fleet', async () => {
    const process = await new World(() => 0.5).process(0);
    const scheduled: string[] = [];
    const accepting = acceptRequest(
      {
        ...process,
        fleet: { capacity: () => Promise.reject(new FleetNotFound('prewarm_asg_prod')) },
        deadlines: {
          schedule: async (id) => void scheduled.push(id),
          cancel: async () => {},
        },
      },
      specOf({}),
      urls(),
    );
    await expect(accepting).rejects.toThrow(FleetNotFound);
    expect(scheduled).toEqual([]);
    expect((await process.requests.list({ limit: 10 })).items).toEqual([]);
    expect(await collect(process.blobs.list(''))).toEqual([]);
  });
});
