import { useEffect, useMemo, useState } from 'preact/hooks';
import { ratesOf } from '../client/course';
import { type Followed, NOTHING_YET } from '../client/follower';
import { isFinal, type PopList, type RequestView } from '../client/views';
import { bytes, count, percent } from '../engine/report/format';
import { ApiError, listPops } from './api';
import { Cards } from './cards';
import { CourseChart } from './course-chart';
import { Failures } from './failures';
import { localTime } from './figures';
import { follow } from './follow';
import { Foreign } from './foreign';
import { PopMap } from './pop-map';
import { PopTable } from './pop-table';
import { RequestActions } from './request-actions';
import type { Draft } from './submit';
import { TEXTS } from './texts';

const T = TEXTS.follow;

function Rates({ followed: { request, samples, connection } }: { readonly followed: Followed }) {
  if (request === undefined) return null;
  const rates = connection === 'ended' ? undefined : ratesOf(samples);
  return (
    <Cards
      of={[
        [T.throughput, rates === undefined ? '–' : rates.fetches.toFixed(rates.fetches < 10 ? 1 : 0)],
        [T.bandwidth, rates === undefined ? '–' : T.perSecond(bytes(rates.bytes))],
        [T.hitRatio, percent(request.hit_ratio ?? undefined)],
        [T.failed, count(request.failed)],
        [T.bytes, bytes(request.bytes)],
      ]}
    />
  );
}

/** How far it is, and in words for those who hear it: once per tenth. */
function Progress({ request }: { readonly request: RequestView }) {
  const { fetches, fetch_count: all, status } = request;
  const share = all === 0 ? 0 : fetches / all;
  const tenth = Math.floor(share * 10) * 10;
  return (
    <>
      <label class="progress">
        {T.progress}
        <progress max={Math.max(1, all)} value={fetches} />
      </label>
      <p>
        {all === 0 && !isFinal(request)
          ? T.preparing
          : `${T.of(count(fetches), count(all))}, ${percent(share)}`}
      </p>
      <p class="unseen" role="status">
        {T.announce(TEXTS.statuses[status] ?? status, `${tenth} %`)}
      </p>
    </>
  );
}

/** One request from its start to its report. */
export function FollowRequest({
  id,
  onRepeat,
}: {
  readonly id: string;
  readonly onRepeat: (draft: Draft) => void;
}) {
  const [followed, setFollowed] = useState<Followed>(NOTHING_YET);
  const [places, setPlaces] = useState<PopList>();
  useEffect(() => follow(id, setFollowed), [id]);
  useEffect(() => {
    void listPops().then(setPlaces, () => {});
  }, []);
  const { request, samples, failures, areFailuresWhole, connection, error } = followed;
  const pops = request?.pops;
  const map = useMemo(() => pops && <PopMap pops={pops} places={places} />, [pops, places]);
  const table = useMemo(() => pops && <PopTable pops={pops} />, [pops]);
  if (error !== undefined)
    return (
      <p class="notice bad" role="alert">
        {T.unknown}: <Foreign text={error instanceof ApiError ? error.message : String(error)} />
      </p>
    );
  if (request === undefined)
    return <p role="status">{connection === 'lost' ? T.connections.lost : TEXTS.loading}</p>;
  return (
    <>
      <header class="row">
        <h1>
          {T.heading} <Foreign text={request.cf_domain} />
        </h1>
        <span class={`status status-${request.status}`}>
          {TEXTS.statuses[request.status] ?? request.status}
        </span>
        <span class={`connection ${connection}`} role="status">
          {T.connections[connection]}
        </span>
      </header>
      <p class="help">
        <code>{request.request_id}</code>, {T.created} <time>{localTime(request.created_at)}</time>,{' '}
        {T.facts(count(request.url_count), count(request.pop_count || request.pops.length))}
      </p>
      {request.message !== null && (
        <p class="notice">
          <Foreign text={request.message} />
        </p>
      )}
      <Progress request={request} />
      <Rates followed={followed} />
      <RequestActions request={request} isReported={connection === 'ended'} onRepeat={onRepeat} />
      <section aria-labelledby="outcomes">
        <h2 id="outcomes">{T.outcomes}</h2>
        <CourseChart request={request} samples={samples} />
      </section>
      <section aria-labelledby="failures">
        <h2 id="failures">{T.failures}</h2>
        <Failures groups={failures} isWhole={areFailuresWhole} />
      </section>
      <section aria-labelledby="map">
        <h2 id="map">{T.map}</h2>
        {map}
      </section>
      <section aria-labelledby="table">
        <h2 id="table">{T.table}</h2>
        {table}
      </section>
    </>
  );
}
