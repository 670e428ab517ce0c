/** What segments are counted against, in seconds. */
export interface SegmentWindow {
  /** Length of the period; unknown for the last period of a live stream. */
  readonly durationSeconds: number | undefined;
  /** Of a live stream: where the oldest and the newest available segment end, from the period's start. */
  readonly live: { readonly fromSeconds: number; readonly toSeconds: number } | undefined;
}
