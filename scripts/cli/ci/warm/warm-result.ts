import * as z from 'zod';
import { RUN_SCHEMA } from '../../prewarm/run-json';
import { REQUEST_SCHEMA } from '../../prewarm/service/json-schemas';
import { codeCell, codeSpan, plainMarkdown } from '../../review/render/foreign-text';
import { formatBytes, formatCount } from '../../terminal/units';

/** What came of warming, whether `run` or a service tells it. */
export interface WarmResult {
  readonly requested: number;
  readonly warm: number;
  readonly failed: number;
  readonly bytes: number;
  readonly note: string | undefined;
  readonly pops: readonly {
    readonly code: string;
    readonly place: string;
    readonly requested: number;
    readonly warm: number;
    readonly failed: number;
    readonly note: string | undefined;
  }[];
  /** Why fetches failed, the most frequent cause first. */
  readonly causes: readonly { readonly cause: string; readonly fetches: number; readonly advice: string }[];
}

const place = { city: z.string().nullable(), country: z.string().nullable(), message: z.string().nullable() };
const counts = { failed: z.number(), bytes: z.number() };

/** Of `prewarm run --json`. */
const runDocument = z
  .object({
    ...counts,
    schema: z.literal(RUN_SCHEMA),
    requested: z.number(),
    warmed: z.number(),
    already_warm: z.number(),
    stopped: z.string().nullable(),
    pops: z.record(
      z.string(),
      z.object({
        ...counts,
        ...place,
        code: z.string(),
        requested: z.number(),
        warmed: z.number(),
        already_warm: z.number(),
      }),
    ),
    failure_groups: z.array(z.object({ cause: z.string(), fetches: z.number(), advice: z.string() })),
  })
  .transform(
    ({
      requested,
      warmed,
      already_warm: already,
      failed,
      bytes,
      stopped,
      pops,
      failure_groups: causes,
    }): WarmResult => ({
      requested,
      warm: warmed + already,
      failed,
      bytes,
      note: stopped ?? undefined,
      pops: Object.values(pops).map((pop) => ({
        ...ofPop(pop),
        requested: pop.requested,
        warm: pop.warmed + pop.already_warm,
      })),
      causes,
    }),
  );

/** Of a service: `prewarm submit --wait --json`. */
const requestDocument = z
  .object({
    ...counts,
    schema: z.literal(REQUEST_SCHEMA),
    fetch_count: z.number(),
    warm: z.number(),
    message: z.string().nullable(),
    pops: z.array(z.object({ ...counts, ...place, code: z.string(), fetches: z.number(), warm: z.number() })),
  })
  .transform(
    ({ fetch_count: requested, warm, failed, bytes, message, pops }): WarmResult => ({
      requested,
      warm,
      failed,
      bytes,
      note: message ?? undefined,
      pops: pops.map((pop) => ({ ...ofPop(pop), requested: pop.fetches, warm: pop.warm })),
      causes: [],
    }),
  );

const warmDocument = z.union([runDocument, requestDocument]);

function ofPop({
  code,
  city,
  country,
  failed,
  message,
}: {
  code: string;
  city: string | null;
  country: string | null;
  failed: number;
  message: string | null;
}) {
  return {
    code,
    failed,
    note: message ?? undefined,
    place: [city, country].filter((part) => part !== null).join(', '),
  };
}

/** Returns what the JSON of either command says; nothing where it is neither, such as that of a dry run. */
export function readResult(text: string): WarmResult | undefined {
  try {
    return warmDocument.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Returns the percentage that is warm, never rounded up: 100 means all. 0 where nothing was asked for. */
export function sharePercent({ requested, warm }: Pick<WarmResult, 'requested' | 'warm'>): number {
  return requested === 0 ? 0 : Math.floor((warm / requested) * 10_000) / 100;
}

/** GitHub shows no summary above 1 MiB; the worst points of presence come first. */
const MOST_POPS = 500;
const MOST_CAUSES = 10;

/** Returns the summary of the job in Markdown: a headline, what failed and why, a table per point of presence. */
export function renderSummary(result: WarmResult, verdict: string): string {
  const pops = [...result.pops].sort(
    (a, b) => sharePercent(a) - sharePercent(b) || a.code.localeCompare(b.code),
  );
  const rows = pops.slice(0, MOST_POPS).map((pop) => {
    const numbers = [pop.requested, pop.warm, pop.failed].map(formatCount);
    return `| ${[codeCell(pop.code), plainMarkdown(pop.place), ...numbers, `${sharePercent(pop)} %`, plainMarkdown(pop.note ?? '')].join(' | ')} |`;
  });
  const causes = result.causes
    .slice(0, MOST_CAUSES)
    .map(
      ({ cause, fetches, advice }) =>
        `- ${codeSpan(cause)}, ${formatCount(fetches)} fetches: ${plainMarkdown(advice)}`,
    );
  return [
    `## Prewarm: ${sharePercent(result)} % warm`,
    '',
    `${formatCount(result.warm)} of ${formatCount(result.requested)} fetches, ${formatBytes(result.bytes)}. ${verdict}`,
    ...(result.note === undefined ? [] : ['', plainMarkdown(result.note)]),
    ...(causes.length === 0 ? [] : ['', ...causes]),
    '',
    '| PoP | place | requested | warm | failed | share | |',
    '| --- | --- | ---: | ---: | ---: | ---: | --- |',
    ...rows,
    ...(pops.length > MOST_POPS ? ['', `and ${formatCount(pops.length - MOST_POPS)} more`] : []),
    '',
  ].join('\n');
}
