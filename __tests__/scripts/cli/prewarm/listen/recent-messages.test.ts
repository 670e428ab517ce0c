import { RecentMessages } from '../../../../../scripts/cli/prewarm/listen/recent-messages';

const HOUR_MS = 60 * 60_000;

describe('the messages of the last hour', () => {
  it('are remembered as long as they would be taken, and forgotten then', () => {
    let now = 1_000 * HOUR_MS;
    const recent = new RecentMessages(() => now);
    const timestamp = new Date(now).toISOString();
    recent.add('first');
    now += HOUR_MS;
    recent.add('second');
    expect([recent.isTimely(timestamp), recent.has('first')]).toEqual([true, true]);
    now += HOUR_MS;
    recent.add('third');
    expect([recent.isTimely(timestamp), recent.has('first'), recent.has('second')]).toEqual([
      false,
      false,
      true,
    ]);
  });

  it('are bounded in number', () => {
    const recent = new RecentMessages(() => 0);
    for (let index = 0; index <= 50_000; index += 1) recent.add(String(index));
    expect([recent.has('0'), recent.has('1'), recent.has('50000')]).toEqual([false, true, true]);
  });
});
