import { useState } from 'preact/hooks';
import type { PopView, RequestView } from '../client/views';
import { bytes, count, duration, percent } from '../engine/report/format';
import { Foreign } from './foreign';
import { ScrollArea } from './scroll-area';
import { TEXTS } from './texts';

const T = TEXTS.follow.columns;

interface Column {
  readonly name: keyof typeof T;
  readonly value: (pop: PopView) => number | string;
  readonly shown: (pop: PopView) => string;
}

function placeOf({ city, country_name: country }: PopView): string {
  return [city, country].filter((text) => text !== null).join(', ');
}

const COLUMNS: readonly Column[] = [
  { name: 'code', value: ({ code }) => code, shown: ({ code }) => code },
  { name: 'place', value: placeOf, shown: placeOf },
  { name: 'fetches', value: ({ fetches }) => fetches, shown: ({ fetches }) => count(fetches) },
  {
    name: 'warm',
    value: ({ warm_ratio: ratio }) => ratio ?? -1,
    shown: ({ warm_ratio: ratio }) => percent(ratio ?? undefined),
  },
  { name: 'failed', value: ({ failed }) => failed, shown: ({ failed }) => count(failed) },
  {
    name: 'hit',
    value: ({ hit_ratio: ratio }) => ratio ?? -1,
    shown: ({ hit_ratio: ratio }) => percent(ratio ?? undefined),
  },
  { name: 'bytes', value: (pop) => pop.bytes, shown: (pop) => bytes(pop.bytes) },
  {
    name: 'p95',
    value: ({ latency_ms: { p95 } }) => p95 ?? -1,
    shown: ({ latency_ms: { p95 } }) => duration(p95 ?? undefined),
  },
];

function isText({ name }: Column): boolean {
  return name === 'code' || name === 'place';
}

function compare(a: number | string, b: number | string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** A row per PoP, sorted by the column that was clicked. */
export function PopTable({ pops }: { readonly pops: RequestView['pops'] }) {
  const [sort, setSort] = useState<{ readonly name: Column['name']; readonly isDescending: boolean }>({
    name: 'code',
    isDescending: false,
  });
  const column = COLUMNS.find(({ name }) => name === sort.name) ?? COLUMNS[0];
  const direction = sort.isDescending ? -1 : 1;
  const rows = [...pops].sort((a, b) => direction * compare(column?.value(a) ?? 0, column?.value(b) ?? 0));
  return (
    <ScrollArea label={TEXTS.follow.table}>
      <table>
        <caption>{TEXTS.follow.sortedBy(T[sort.name], sort.isDescending)}</caption>
        <thead>
          <tr>
            {COLUMNS.map((head) => (
              <th
                key={head.name}
                scope="col"
                class={isText(head) ? undefined : 'n'}
                aria-sort={
                  head.name !== sort.name ? undefined : sort.isDescending ? 'descending' : 'ascending'
                }
              >
                <button
                  type="button"
                  onClick={() =>
                    setSort({
                      name: head.name,
                      isDescending: head.name === sort.name ? !sort.isDescending : !isText(head),
                    })
                  }
                >
                  {T[head.name]}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((pop) => (
            <tr key={pop.code} class={pop.status === 'FAILED' || pop.failed > 0 ? 'has-failed' : undefined}>
              {COLUMNS.map((cell) =>
                cell.name === 'code' ? (
                  <th key={cell.name} scope="row">
                    {pop.code}
                    {pop.message !== null && (
                      <small>
                        <Foreign text={pop.message} />
                      </small>
                    )}
                  </th>
                ) : (
                  <td key={cell.name} class={isText(cell) ? undefined : 'n'}>
                    {cell.shown(pop)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollArea>
  );
}
