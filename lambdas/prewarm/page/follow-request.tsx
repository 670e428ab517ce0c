import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { bytes, count, percent } from '../engine/report/format';
import {
  ApiError,
  capacity,
  listPops,
  type PopList,
  type RequestView,
  report,
  setCapacity,
  stop,
} from './api';
import { CourseChart, ratesOf } from './course-chart';
import { Failures } from './failures';
import { localTime } from './figures';
import { type Followed, follow, NOTHING_YET } from './follow';
import { Foreign } from './foreign';
import { PopTable } from './pop-table';
import type { Draft } from './submit';
import { TEXTS } from './texts';
import { type MapSite, WorldMap } from './world-map';

const T = TEXTS.follow;
/** As in the report: from this share on a place counts as warm but for single objects. */
const MOSTLY_WARM = 0.95;

type PopView = RequestView['pops'][number];

function stateOf(pops: readonly PopView[]): MapSite['state'] {
  const fetches = pops.reduce((sum, pop) => sum + pop.fetches, 0);
  const failed = pops.reduce((sum, pop) => sum + pop.failed, 0);
  if (fetches === 0) return pops.every(({ status }) => status === 'FAILED') ? 'bad' : 'idle';
  if (pops.some(({ status }) => status === 'FAILED')) return 'some';
  if (failed === 0) return 'good';
  if (failed === fetches) return 'bad';
  return 1 - failed / fetches >= MOSTLY_WARM ? 'most' : 'some';
}

function sitesOf(pops: readonly PopView[], places: PopList | undefined): readonly MapSite[] {
  const known = new Map(places?.pops.map((pop) => [pop.code.slice(0, 3), pop]));
  return [...Map.groupBy(pops, ({ code }) => code.slice(0, 3))].flatMap(([code, group]) => {
    const place = known.get(code);
    if (place === undefined) return [];
    const state = stateOf(group);
    const warm = group.reduce((sum, pop) => sum + pop.warm, 0);
    const fetches = group.reduce((sum, pop) => sum + pop.fetches, 0);
    return [
      {
        code,
        latitude: place.latitude,
        longitude: place.longitude,
        state,
        title: `${place.city}: ${group.map((pop) => pop.code).join(', ')}; ${T.of(count(warm), count(fetches))}`,
      },
    ];
  });
}

function PopMap({
  pops,
  places,
}: {
  readonly pops: readonly PopView[];
  readonly places: PopList | undefined;
}) {
  return (
    <>
      <WorldMap label={T.mapLabel} sites={sitesOf(pops, places)} />
      <ul class="legend">
        {(['good', 'most', 'some', 'bad', 'idle'] as const).map((state) => (
          <li key={state}>
            <svg class={`swatch site s-${state}`} viewBox="0 0 12 12" aria-hidden="true">
              <circle cx="6" cy="6" r="5" />
            </svg>
            {T.states[state]}
          </li>
        ))}
      </ul>
    </>
  );
}

function Cards({ followed: { request, samples, connection } }: { readonly followed: Followed }) {
  if (request === undefined) return null;
  const rates = connection === 'ended' ? undefined : ratesOf(samples);
  return (
    <dl class="cards">
      {[
        [T.throughput, rates === undefined ? '–' : rates.fetches.toFixed(rates.fetches < 10 ? 1 : 0)],
        [T.bandwidth, rates === undefined ? '–' : T.perSecond(bytes(rates.bytes))],
        [T.hitRatio, percent(request.hit_ratio ?? undefined)],
        [T.failed, count(request.failed)],
        [T.bytes, bytes(request.bytes)],
      ].map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function isFinal({ status }: RequestView): boolean {
  return status === 'FINISHED' || status === 'STOPPED';
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

/** Runs what a button does, and keeps what came of it. */
function useAction(): readonly [string, (act: () => Promise<string>) => Promise<void>] {
  const [said, setSaid] = useState('');
  return [
    said,
    async (act) => {
      try {
        setSaid(await act());
      } catch (error) {
        setSaid(error instanceof ApiError ? error.message : String(error));
      }
    },
  ];
}

function StopButton({
  id,
  act,
}: {
  readonly id: string;
  readonly act: (act: () => Promise<string>) => Promise<void>;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  return (
    <>
      <button type="button" class="danger" onClick={() => dialog.current?.showModal()}>
        {T.stop}
      </button>
      <dialog ref={dialog} aria-labelledby="stop-question">
        <p id="stop-question">{T.stopQuestion}</p>
        <p class="row">
          <button
            type="button"
            class="danger"
            onClick={() => {
              dialog.current?.close();
              void act(() => stop(id).then(() => ''));
            }}
          >
            {T.stopYes}
          </button>
          <button type="button" onClick={() => dialog.current?.close()}>
            {T.stopNo}
          </button>
        </p>
      </dialog>
    </>
  );
}

function Instances({ act }: { readonly act: (act: () => Promise<string>) => Promise<void> }) {
  const [instances, setInstances] = useState<number>();
  useEffect(() => {
    void capacity().then(setInstances, () => {});
  }, []);
  return (
    <span class="fields">
      <label>
        {T.instances}
        <input
          type="number"
          min="0"
          max="300"
          value={instances ?? ''}
          onInput={({ currentTarget }) => setInstances(currentTarget.valueAsNumber || 0)}
        />
      </label>
      <button
        type="button"
        disabled={instances === undefined}
        onClick={() =>
          act(async () => {
            await setCapacity(instances ?? 0);
            return T.instancesSet(count(instances ?? 0));
          })
        }
      >
        {T.setInstances}
      </button>
    </span>
  );
}

/** Saves a report as a file: opened in place it would be a document of this origin. */
async function download(id: string, format: 'html' | 'csv' | 'json'): Promise<string> {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await report(id, format));
  link.download = T.reportName(id, format);
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  return '';
}

/** The failed URLs through the PoPs that they failed through, as a new request. */
async function failuresDraft(request: RequestView): Promise<Draft> {
  const { failures } = JSON.parse(await (await report(request.request_id, 'json')).text()) as {
    readonly failures: readonly { readonly url: string; readonly pop: string }[];
  };
  return {
    text: [...new Set(failures.map(({ url }) => url))].join('\n'),
    pops: [...new Set(failures.map(({ pop }) => pop))],
    domain: request.cf_domain,
  };
}

interface ActionsProps {
  readonly request: RequestView;
  readonly isReported: boolean;
  readonly onRepeat: (draft: Draft) => void;
}

function Actions({ request, isReported, onRepeat }: ActionsProps) {
  const [said, act] = useAction();
  const { request_id: id, failed } = request;
  return (
    <section aria-label={T.report}>
      <div class="row">
        {!isFinal(request) && (
          <>
            <StopButton id={id} act={act} />
            <Instances act={act} />
          </>
        )}
        {isReported && (
          <>
            <span>{T.report}</span>
            {(['html', 'csv', 'json'] as const).map((format) => (
              <button key={format} type="button" onClick={() => act(() => download(id, format))}>
                {T.formats[format]}
              </button>
            ))}
            {failed > 0 && (
              <button
                type="button"
                onClick={() =>
                  act(async () => {
                    onRepeat(await failuresDraft(request));
                    return '';
                  })
                }
              >
                {T.repeatFailures}
              </button>
            )}
          </>
        )}
      </div>
      <p role="status">
        <Foreign text={said} />
      </p>
    </section>
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
        {T.unknown}: <Foreign text={error.message} />
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
      <Cards followed={followed} />
      <Actions request={request} isReported={connection === 'ended'} onRepeat={onRepeat} />
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
