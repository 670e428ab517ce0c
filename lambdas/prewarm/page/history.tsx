import { useEffect, useState } from 'preact/hooks';
import type { RequestLine } from '../client/views';
import { count, percent } from '../engine/report/format';
import { ApiError, listRequests } from './api';
import { localTime } from './figures';
import { Foreign } from './foreign';
import { ScrollArea } from './scroll-area';
import { TEXTS } from './texts';

const T = TEXTS.history;

interface Loaded {
  readonly requests: readonly RequestLine[];
  readonly next: string | null;
}

function matches(
  { cf_domain: domain, request_id: id, status, message }: RequestLine,
  wanted: string,
): boolean {
  return [domain, id, status, TEXTS.statuses[status] ?? '', message ?? ''].some((text) =>
    text.toLowerCase().includes(wanted),
  );
}

/** Every request, newest first, with a search and two to compare. */
export function History() {
  const [loaded, setLoaded] = useState<Loaded>();
  const [error, setError] = useState('');
  const [search, setSearch] = useState('');
  const [picked, setPicked] = useState<readonly string[]>([]);

  async function load(before?: Loaded): Promise<void> {
    try {
      const page = await listRequests(before?.next ?? undefined);
      setLoaded({ requests: [...(before?.requests ?? []), ...page.requests], next: page.next });
      setError('');
    } catch (fault) {
      setError(fault instanceof ApiError ? fault.message : String(fault));
    }
  }
  useEffect(() => {
    void load();
  }, []);

  const wanted = search.trim().toLowerCase();
  const shown = loaded?.requests.filter((request) => matches(request, wanted)) ?? [];
  const [first, second] = picked;
  return (
    <>
      <h1>{T.heading}</h1>
      {error !== '' && (
        <p class="notice bad" role="alert">
          <Foreign text={error} />
        </p>
      )}
      <section aria-label={T.heading}>
        <div class="fields">
          <label>
            {T.search}
            <input
              type="search"
              value={search}
              onInput={({ currentTarget }) => setSearch(currentTarget.value)}
            />
          </label>
          <button
            type="button"
            disabled={first === undefined || second === undefined}
            onClick={() => {
              location.hash = `#/compare/${first}/${second}`;
            }}
          >
            {T.compare}
          </button>
        </div>
        {loaded === undefined && error === '' && <p role="status">{TEXTS.loading}</p>}
        {loaded?.requests.length === 0 && <p>{T.none}</p>}
        {loaded !== undefined && loaded.requests.length > 0 && shown.length === 0 && (
          <p role="status">{T.noMatch}</p>
        )}
        {shown.length > 0 && (
          <ScrollArea label={T.heading}>
            <table>
              <thead>
                <tr>
                  {Object.entries(T.columns).map(([name, text]) => (
                    <th
                      key={name}
                      scope="col"
                      class={['fetches', 'warm', 'failed'].includes(name) ? 'n' : undefined}
                    >
                      {text}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {shown.map((request) => (
                  <tr key={request.request_id}>
                    <td>
                      <input
                        type="checkbox"
                        aria-label={T.choose(request.request_id)}
                        checked={picked.includes(request.request_id)}
                        disabled={picked.length === 2 && !picked.includes(request.request_id)}
                        onChange={({ currentTarget }) =>
                          setPicked(
                            currentTarget.checked
                              ? [...picked, request.request_id]
                              : picked.filter((id) => id !== request.request_id),
                          )
                        }
                      />
                    </td>
                    <th scope="row">
                      <a href={`#/requests/${request.request_id}`}>
                        <Foreign text={request.cf_domain} />
                      </a>
                      <small>{request.request_id}</small>
                    </th>
                    <td>{localTime(request.created_at)}</td>
                    <td>{TEXTS.statuses[request.status] ?? request.status}</td>
                    <td class="n">{count(request.fetches)}</td>
                    <td class="n">{percent(request.warm_ratio ?? undefined)}</td>
                    <td class="n">{count(request.failed)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </ScrollArea>
        )}
        {loaded?.next && (
          <button type="button" onClick={() => load(loaded)}>
            {T.more}
          </button>
        )}
      </section>
    </>
  );
}
