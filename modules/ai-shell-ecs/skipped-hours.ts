/** When clocks of a time zone go forward, so that some local times do not come. */

export interface SkippedHour {
  /** First local minute that does not come, since Monday, 00:00. */
  readonly startMinute: number;
  /** An hour nearly everywhere, half of one on Lord Howe Island. */
  readonly minutes: number;
  /** Local date, such as `2027-03-28`. */
  readonly date: string;
}

const DAY_MS = 86_400_000;
/** Fixed years, so that a synthesis says the same on every day; rules of summer time hold for the weekday, and seldom change. */
const FIRST_DAY = Date.UTC(2026, 0, 1);
const DAYS = 3 * 366;

/** @throws {RangeError} where the time zone is unknown */
export function skippedHours(timeZone: string): readonly SkippedHour[] {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  function offsetMinutes(epochMs: number): number {
    const name = format.formatToParts(epochMs).find(({ type }) => type === 'timeZoneName')?.value ?? '';
    const [, sign, hours = '0', minutes = '0'] = /([+-])(\d\d):(\d\d)/.exec(name) ?? [];
    return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  }
  const skipped: SkippedHour[] = [];
  for (let day = 0; day < DAYS; day++) {
    let before = FIRST_DAY + day * DAY_MS;
    let after = before + DAY_MS;
    const offset = offsetMinutes(before);
    const minutes = offsetMinutes(after) - offset;
    if (minutes <= 0) continue;
    while (after - before > 60_000) {
      const middle = before + Math.floor((after - before) / 120_000) * 60_000;
      if (offsetMinutes(middle) === offset) before = middle;
      else after = middle;
    }
    const local = new Date(after + offset * 60_000);
    // Days of JavaScript begin with Sunday.
    const weekday = (local.getUTCDay() + 6) % 7;
    skipped.push({
      startMinute: weekday * 1440 + local.getUTCHours() * 60 + local.getUTCMinutes(),
      minutes,
      date: local.toISOString().slice(0, 10),
    });
  }
  return skipped;
}
