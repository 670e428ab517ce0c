import type { SegmentBounds } from '../engine/flow/segments';
import type { RequestSpec } from '../engine/model/request';

/** A slice is worth its message, result row and stream record, and small enough to be done again after a Spot notice. */
export const SEGMENT_BOUNDS: SegmentBounds = { maxUrls: 1_000, maxBytes: 2 * 1024 ** 3 };

/** Slices that an agent of the usual size warms at a time. */
const SLICES_PER_INSTANCE = 8;

export function workersFor(spec: RequestSpec): number {
  return Math.max(1, spec.instanceCount) * SLICES_PER_INSTANCE;
}
