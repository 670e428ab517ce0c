/** Where an instant stands in the week of a time zone, by the clocks on its walls. */

export const MINUTES_OF_DAY = 1440;
export const MINUTES_OF_WEEK = 7 * MINUTES_OF_DAY;
export const HOURS_OF_WEEK = 168;

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** Formats are slow to make, and a time zone has one. */
const formats = new Map<string, Intl.DateTimeFormat>();

/** @throws {RangeError} where the time zone is unknown */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  formats.set(timeZone, format);
  return format;
}

/**
 * Returns minutes since Monday, 00:00, by the local clock: 0 to 10,079. In the hour that a change of clocks repeats, the same
 * minutes come twice; those of an hour that it skips do not come.
 * @param timeZone IANA name, such as `Europe/Berlin`
 * @throws {RangeError} where the time zone is unknown
 */
export function minuteOfWeek(epochSeconds: number, timeZone: string): number {
  const parts = new Map(
    formatOf(timeZone)
      .formatToParts(epochSeconds * 1000)
      .map(({ type, value }) => [type, value]),
  );
  const day = WEEKDAYS.indexOf(parts.get('weekday') ?? '');
  return day * MINUTES_OF_DAY + Number(parts.get('hour')) * 60 + Number(parts.get('minute'));
}

/** Returns the hour of the week, 0 to 167. */
export function hourOfWeek(epochSeconds: number, timeZone: string): number {
  return Math.floor(minuteOfWeek(epochSeconds, timeZone) / 60);
}
