import { useEffect, useState } from 'preact/hooks';
import type { RequestView } from '../client/views';
import { bytes, count, duration, percent } from '../engine/report/format';
import { ApiError, findRequest } from './api';
import { localTime } from './figures';
import { Foreign } from './foreign';
import { ScrollArea } from './scroll-area';
import { TEXTS } from './texts';

const T = TEXTS.compare;

interface Figure {
  readonly name: keyof typeof T.figures;
  readonly value: (request: RequestView) => number | null;
  readonly shown: (value: number) => string;
}

const FIGURES: readonly Figure[] = [
  { name: 'urls', value: ({ url_count: urls }) => urls, shown: count },
  { name: 'pops', value: ({ pop_count: pops }) => pops, shown: count },
  { name: 'fetches', value: ({ fetches }) => fetches, shown: count },
  { name: 'warm', value: ({ warm_ratio: ratio }) => ratio, shown: percent },
  { name: 'failed', value: ({ failed }) => failed, shown: count },
  { name: 'hit', value: ({ hit_ratio: ratio }) => ratio, shown: percent },
  { name: 'bytes', value: (request) => request.bytes, shown: bytes },
  { name: 'p50', value: ({ latency_ms: { p50 } }) => p50, shown: duration },
  { name: 'p95', value: ({ latency_ms: { p95 } }) => p95, shown: duration },
  { name: 'p99', value: ({ latency_ms: { p99 } }) => p99, shown: duration },
];

function difference(a: number | null, b: number | null, shown: (value: number) => string): string {
  if (a === null || b === null || a === b) return '–';
  return `${b > a ? '+' : '−'}${shown(Math.abs(b - a))}`;
}

/** Two requests side by side, and what differs. */
export function Compare({ first, second }: { readonly first: string; readonly second: string }) {
  const [pair, setPair] = useState<readonly [RequestView, RequestView]>();
  const [error, setError] = useState('');
  useEffect(() => {
    Promise.all([findRequest(first), findRequest(second)]).then(setPair, (fault: unknown) =>
      setError(fault instanceof ApiError ? fault.message : String(fault)),
    );
  }, [first, second]);
  if (error !== '')
    return (
      <p class="notice bad" role="alert">
        <Foreign text={error} />
      </p>
    );
  if (pair === undefined) return <p role="status">{TEXTS.loading}</p>;
  const [a, b] = pair;
  return (
    <>
      <h1>{T.heading}</h1>
      <section aria-label={T.heading}>
        <ScrollArea label={T.heading}>
          <table>
            <thead>
              <tr>
                <th scope="col">{T.figure}</th>
                {pair.map((request, index) => (
                  <th key={request.request_id} scope="col" class="n">
                    <a href={`#/requests/${request.request_id}`}>{index === 0 ? T.first : T.second}</a>
                    <small>
                      <Foreign text={request.cf_domain} />, {localTime(request.created_at)}
                    </small>
                  </th>
                ))}
                <th scope="col" class="n">
                  {T.difference}
                </th>
              </tr>
            </thead>
            <tbody>
              <tr>
                <th scope="row">{T.figures.status}</th>
                {pair.map((request) => (
                  <td key={request.request_id} class="n">
                    {TEXTS.statuses[request.status] ?? request.status}
                  </td>
                ))}
                <td class="n">–</td>
              </tr>
              {FIGURES.map(({ name, value, shown }) => (
                <tr key={name}>
                  <th scope="row">{T.figures[name]}</th>
                  {pair.map((request) => {
                    const figure = value(request);
                    return (
                      <td key={request.request_id} class="n">
                        {figure === null ? '–' : shown(figure)}
                      </td>
                    );
                  })}
                  <td class="n">{difference(value(a), value(b), shown)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollArea>
        <p>
          <a href="#/requests">{T.back}</a>
        </p>
      </section>
    </>
  );
}
