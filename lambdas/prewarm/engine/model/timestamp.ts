/**
 * Epoch milliseconds as the API writes times: `YYYY-MM-DD HH:MM:SS.ffffff`, UTC without a zone.
 * The fraction is absent when it is zero.
 */
export function timestamp(epochMs: number): string {
  const iso = new Date(epochMs).toISOString();
  const seconds = iso.slice(0, 19).replace('T', ' ');
  const milliseconds = iso.slice(20, 23);
  return milliseconds === '000' ? seconds : `${seconds}.${milliseconds}000`;
}
