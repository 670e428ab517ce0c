/** Which hosts pull first: each by the hash of its id, so that no host has to be told. */

/**
 * Returns the bucket of a host, 0 to 99: FNV-1a of its id, as `wave_bucket` of the boot program computes it.
 * @see https://datatracker.ietf.org/doc/html/draft-eastlake-fnv
 */
export function waveBucket(instanceId: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(instanceId, 'latin1')) {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  }
  return hash % 100;
}

/** Whether a host pulls `next` at this share. */
export function isInWave(instanceId: string, wavePercent: number): boolean {
  return waveBucket(instanceId) < wavePercent;
}

/**
 * Returns the share at which the next hosts pull, in per cent: as many more as may pull at once, at least one; 100 when none is left
 * outside. Hosts with the same bucket come together.
 */
export function nextWave(instanceIds: readonly string[], wavePercent: number, hostsAtOnce: number): number {
  const waiting = instanceIds
    .map(waveBucket)
    .filter((bucket) => bucket >= wavePercent)
    .sort((left, right) => left - right);
  if (waiting.length <= hostsAtOnce) return 100;
  return (waiting[Math.max(1, hostsAtOnce) - 1] ?? 99) + 1;
}
