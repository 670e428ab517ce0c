import { useEffect, useRef, useState } from 'preact/hooks';
import { isFinal, type RequestView } from '../client/views';
import { count } from '../engine/report/format';
import { ApiError, acceptedUrls, capacity, report, setCapacity, stop } from './api';
import { Foreign } from './foreign';
import { InstancesInput } from './instances-input';
import { loadSent } from './saved-lists';
import type { Draft } from './submit';
import { TEXTS } from './texts';

const T = TEXTS.follow;

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
      <InstancesInput label={T.instances} value={instances} onChange={setInstances} />
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

/**
 * The whole request once more: as this browser sent it, else by the list that the service keeps.
 * @throws ApiError where neither has it
 */
async function wholeDraft({ request_id: id, pops, cf_domain: domain }: RequestView): Promise<Draft> {
  const text = (await loadSent(id)) || (await acceptedUrls(id));
  if (!text) throw new ApiError(T.listNotKept, 404);
  return { text, pops: pops.map(({ code }) => code), domain };
}

interface ActionsProps {
  readonly request: RequestView;
  readonly isReported: boolean;
  readonly onRepeat: (draft: Draft) => void;
}

/** What can be done with a request: stop it, change the fleet, save its report, repeat what failed or all of it. */
export function RequestActions({ request, isReported, onRepeat }: ActionsProps) {
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
            <button
              type="button"
              onClick={() =>
                act(async () => {
                  onRepeat(await wholeDraft(request));
                  return '';
                })
              }
            >
              {T.repeatAll}
            </button>
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
