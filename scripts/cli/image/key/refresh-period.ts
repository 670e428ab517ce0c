export const REFRESH_PERIODS = ['daily', 'weekly', 'monthly'] as const;

export type Refresh = (typeof REFRESH_PERIODS)[number];

const DAY_MS = 86_400_000;

/** The calendar period (UTC) that a moment belongs to: its day, the Monday of its week, or its month. */
export function refreshPeriod(refresh: Refresh, now: Date): string {
  function day(date: Date) {
    return date.toISOString().slice(0, 10);
  }
  switch (refresh) {
    case 'daily':
      return day(now);
    case 'weekly':
      return day(new Date(now.getTime() - ((now.getUTCDay() + 6) % 7) * DAY_MS));
    case 'monthly':
      return now.toISOString().slice(0, 7);
  }
}
