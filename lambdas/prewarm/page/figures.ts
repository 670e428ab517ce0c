import { epochMs } from '../client/views';

const WHEN = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

/** A time of the API in the zone of the viewer. */
export function localTime(timestamp: string): string {
  const at = epochMs(timestamp);
  return Number.isNaN(at) ? timestamp : WHEN.format(at);
}
