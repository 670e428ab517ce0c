import { useEffect, useRef, useState } from 'preact/hooks';
import type { EstimateView, PopList } from '../client/views';
import { VERIFY_MODES, type VerifyMode } from '../engine/model/request';
import { bytes, count } from '../engine/report/format';
import { ApiError, type Body, estimate, listPops, submit, upload } from './api';
import { Cards } from './cards';
import { Foreign } from './foreign';
import { InstancesInput } from './instances-input';
import { type CheckedList, linesOf } from './list-check';
import { Faults, type GivenList, ListField, useCheckedList } from './list-field';
import { PopPicker } from './pop-picker';
import { SavedLists } from './saved-list-picker';
import { keepSent } from './saved-lists';
import { TEXTS } from './texts';

const T = TEXTS.submit;
/** A longer list is uploaded, once for its estimate and its request. */
const LONGEST_IN_BODY = 5_000;
const CHANGE_MS = 400;

interface Options {
  readonly domain: string;
  readonly minutes: number;
  readonly instances: number;
  readonly verify: VerifyMode;
}

/** What a request can be begun with, such as the failures of another. */
export interface Draft {
  readonly text: string;
  readonly pops: readonly string[];
  readonly domain: string;
}

const FIRST: Options = { domain: '', minutes: 30, instances: 1, verify: 'sample' };

/** The fields that say which URLs: inline, uploaded, or of a document. */
async function urlFields(
  list: CheckedList,
  uploaded: Map<CheckedList, string>,
  signal: AbortSignal,
): Promise<Body> {
  if (list.source !== undefined)
    return list.format === 'sitemap' ? { sitemap: list.source } : { playlist: list.source };
  if (list.urls.length <= LONGEST_IN_BODY) return list.urls.length === 0 ? {} : { url_list: list.urls };
  const id = uploaded.get(list) ?? (await upload(list.urls, signal));
  uploaded.set(list, id);
  return { list_id: id, cf_domain: new URL(list.urls[0] ?? '').hostname };
}

function bodyOf(urls: Body, list: CheckedList, pops: ReadonlySet<string>, options: Options): Body {
  const { domain, minutes, instances, verify } = options;
  return {
    timeout: minutes,
    instance_count: instances,
    verify,
    ...(pops.size > 0 && { target_type: 'pop', pops: [...pops] }),
    ...urls,
    ...(domain.trim() !== '' && { cf_domain: domain.trim() }),
    ...list.body,
  };
}

interface Estimated {
  readonly estimate?: EstimateView;
  readonly error?: ApiError;
  readonly isUnderway: boolean;
}

const NOT_ESTIMATED: Estimated = { isUnderway: false };

function EstimateCard({ estimated: { estimate: of, isUnderway } }: { readonly estimated: Estimated }) {
  return (
    <section aria-labelledby="estimate" aria-busy={isUnderway}>
      <h2 id="estimate">{T.estimate}</h2>
      {of === undefined ? (
        <p class="help">{isUnderway ? T.estimating : T.estimateEmpty}</p>
      ) : (
        <>
          <Cards
            of={[
              [T.estimateOf.urls, count(of.urls)],
              [T.estimateOf.pops, count(of.pops)],
              [T.estimateOf.requests, count(of.requests)],
              [T.estimateOf.bytes, bytes(of.bytes)],
              [T.estimateOf.minutes, T.aboutMinutes(of.minutes < 0.1 ? '0.1' : of.minutes.toFixed(1))],
              [T.estimateOf.cost, `$${of.cost_usd.total.toFixed(of.cost_usd.total < 1 ? 4 : 2)}`],
            ]}
          />
          <details>
            <summary>{T.assumptions}</summary>
            <ul>
              {of.assumptions.map((text) => (
                <li key={text}>{text}</li>
              ))}
            </ul>
            <p class="help">{T.pricesAsOf(of.prices_as_of)}</p>
          </details>
        </>
      )}
    </section>
  );
}

/** Why the service refuses, a line each. */
function Reasons({ of: { reasons } }: { readonly of: ApiError }) {
  return reasons.slice(0, 20).map((reason) => (
    <span key={reason} class="reason">
      <Foreign text={reason} />
    </span>
  ));
}

/** A key by which the service knows a request that was sent before, where its answer was lost on the way. */
function newIdempotencyKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}

function Refusal({ error, list }: { readonly error: ApiError; readonly list: CheckedList | undefined }) {
  const faults = list === undefined ? [] : linesOf(list, error.urls);
  if (faults.length > 0)
    return (
      <>
        <Faults
          faults={faults.map((fault) => ({ ...fault, reason: T.refusedReason }))}
          total={error.urls.length}
          heading={T.faults(count(error.urls.length))}
        />
        {error.reasons.length > 0 && (
          <p class="notice bad">
            <Reasons of={error} />
          </p>
        )}
      </>
    );
  return (
    <p class="notice bad" role="alert">
      <strong>{T.refused}: </strong>
      <Foreign text={[error.message, ...error.urls.slice(0, 5)].join(' ')} />
      <Reasons of={error} />
    </p>
  );
}

/** The form for a new request: list, places, estimate. */
export function Submit({
  draft,
  onSubmitted,
}: {
  readonly draft?: Draft | undefined;
  readonly onSubmitted: (id: string) => void;
}) {
  const [given, setGiven] = useState<GivenList>({ text: draft?.text ?? '' });
  const [pops, setPops] = useState<PopList>();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set(draft?.pops));
  const [options, setOptions] = useState<Options>({ ...FIRST, domain: draft?.domain ?? '' });
  const [estimated, setEstimated] = useState<Estimated>(NOT_ESTIMATED);
  const [isSending, setSending] = useState(false);
  const [error, setError] = useState<ApiError>();
  const uploaded = useRef(new Map<CheckedList, string>());
  const sent = useRef({ body: '', key: '' });
  const state = useCheckedList(given);
  const list = state.kind === 'checked' && state.list.faultCount === 0 ? state.list : undefined;
  const isUsable =
    list !== undefined && (list.urls.length > 0 || list.source !== undefined || list.body !== undefined);

  useEffect(() => {
    listPops().then(setPops, setError);
  }, []);

  useEffect(() => {
    setEstimated(NOT_ESTIMATED);
    setError(undefined);
    if (list === undefined || !isUsable) return undefined;
    const left = new AbortController();
    const timer = setTimeout(async () => {
      setEstimated({ isUnderway: true });
      try {
        const urls = await urlFields(list, uploaded.current, left.signal);
        const result = await estimate(bodyOf(urls, list, chosen, options), left.signal);
        setEstimated({ estimate: result, isUnderway: false });
      } catch (fault) {
        if (left.signal.aborted) return;
        setEstimated(NOT_ESTIMATED);
        if (fault instanceof ApiError) setError(fault);
      }
    }, CHANGE_MS);
    return () => {
      left.abort();
      clearTimeout(timer);
    };
  }, [list, isUsable, chosen, options]);

  function change<K extends keyof Options>(name: K, value: Options[K]): void {
    setOptions({ ...options, [name]: value });
  }
  async function begin(event: Event): Promise<void> {
    event.preventDefault();
    if (list === undefined || !isUsable || isSending) return;
    setSending(true);
    setError(undefined);
    try {
      const urls = await urlFields(list, uploaded.current, new AbortController().signal);
      const body = bodyOf(urls, list, chosen, options);
      const text = JSON.stringify(body);
      // The same once more is a second try, anything else another request.
      if (sent.current.body !== text) sent.current = { body: text, key: newIdempotencyKey() };
      const { request_id: id } = await submit({ idempotency_key: sent.current.key, ...body });
      await keepSent(id, given.text);
      onSubmitted(id);
    } catch (fault) {
      setError(fault instanceof ApiError ? fault : new ApiError(String(fault), 0));
    } finally {
      setSending(false);
    }
  }

  return (
    <form onSubmit={begin}>
      <h1>{T.heading}</h1>
      <section aria-label={T.list}>
        <ListField given={given} state={state} onChange={setGiven} />
        {error !== undefined && <Refusal error={error} list={list} />}
        <div class="fields">
          <label>
            {T.domain}
            <input
              value={options.domain}
              aria-describedby="domain-help"
              onInput={({ currentTarget }) => change('domain', currentTarget.value)}
            />
          </label>
          <label>
            {T.minutes}
            <input
              type="number"
              min="1"
              max="5760"
              value={options.minutes}
              onInput={({ currentTarget }) => change('minutes', currentTarget.valueAsNumber || FIRST.minutes)}
            />
          </label>
          <InstancesInput
            label={T.instances}
            value={options.instances}
            onChange={(instances) => change('instances', instances)}
          />
          <label>
            {T.verify}
            <select
              value={options.verify}
              onChange={({ currentTarget }) =>
                change('verify', VERIFY_MODES.find((mode) => mode === currentTarget.value) ?? FIRST.verify)
              }
            >
              {VERIFY_MODES.map((mode) => (
                <option key={mode} value={mode}>
                  {T.verifyModes[mode]}
                </option>
              ))}
            </select>
          </label>
        </div>
        <p id="domain-help" class="help">
          {T.domainHelp}
        </p>
        <button type="submit" class="main" disabled={!isUsable || isSending}>
          {isSending ? T.sending : T.send}
        </button>
      </section>
      <EstimateCard estimated={estimated} />
      {pops === undefined ? (
        <p>{TEXTS.loading}</p>
      ) : (
        <PopPicker pops={pops} chosen={chosen} onChange={setChosen} />
      )}
      <SavedLists text={given.text} onLoad={(text) => setGiven({ text })} />
    </form>
  );
}
