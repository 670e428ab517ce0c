import { useEffect, useRef, useState } from 'preact/hooks';
import { bytes, count } from '../engine/report/format';
import { Foreign } from './foreign';
import { type CheckedList, checkList, type ListFault } from './list-check';
import { TEXTS } from './texts';

const T = TEXTS.submit;
/** A longer text makes a text field slow; it is kept beside it. */
const LARGEST_SHOWN = 300_000;
const TYPING_MS = 250;

/** A list as somebody gave it. */
export interface GivenList {
  readonly text: string;
  /** Of a file that is too long to show. */
  readonly name?: string;
}

export type ListState =
  | { readonly kind: 'empty' }
  | { readonly kind: 'checking' }
  | { readonly kind: 'unreadable'; readonly message: string }
  | { readonly kind: 'checked'; readonly list: CheckedList };

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return error instanceof SyntaxError ? TEXTS.errors.json(message) : TEXTS.errors.unreadable(message);
}

/** Looks a list through while it is typed; of two answers only that to the newest text counts. */
export function useCheckedList({ text }: GivenList): ListState {
  const [state, setState] = useState<ListState>({ kind: 'empty' });
  useEffect(() => {
    if (text.trim() === '') {
      setState({ kind: 'empty' });
      return undefined;
    }
    let isNewest = true;
    setState({ kind: 'checking' });
    const timer = setTimeout(async () => {
      const next = await checkList(text, nextTurn).then(
        (list): ListState => ({ kind: 'checked', list }),
        (error: unknown): ListState => ({ kind: 'unreadable', message: messageOf(error) }),
      );
      if (isNewest) setState(next);
    }, TYPING_MS);
    return () => {
      isNewest = false;
      clearTimeout(timer);
    };
  }, [text]);
  return state;
}

interface ListFieldProps {
  readonly given: GivenList;
  readonly state: ListState;
  readonly onChange: (given: GivenList) => void;
}

export function Faults({
  faults,
  total,
  heading,
}: {
  readonly faults: readonly ListFault[];
  readonly total: number;
  readonly heading: string;
}) {
  return (
    <div class="notice bad" role="alert">
      <strong>{heading}</strong>
      <ul class="faults">
        {faults.slice(0, 50).map(({ line, text, reason }) => (
          <li key={line}>
            {T.faultLine(count(line))}:{' '}
            <code>
              <Foreign text={text.slice(0, 300)} />
            </code>{' '}
            <Foreign text={reason} />
          </li>
        ))}
      </ul>
      {total > 50 && <p>{T.firstFaults('50')}</p>}
    </div>
  );
}

/** The list: pasted, typed, dropped or chosen as a file, with what is wrong in it by line. */
export function ListField({ given, state, onChange }: ListFieldProps) {
  const [isOver, setOver] = useState(false);
  const file = useRef<HTMLInputElement>(null);

  async function take(files: FileList | null | undefined): Promise<void> {
    const [first] = files ?? [];
    if (first === undefined) return;
    const text = await first.text();
    onChange(text.length > LARGEST_SHOWN ? { text, name: first.name } : { text });
  }
  async function drop(event: DragEvent): Promise<void> {
    event.preventDefault();
    setOver(false);
    const { files } = event.dataTransfer ?? {};
    if (files?.length) await take(files);
    else onChange({ text: event.dataTransfer?.getData('text/plain') ?? '' });
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a place to drop a file; the button beside it is for the keyboard
    <div
      class={isOver ? 'drop over' : 'drop'}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      {given.name === undefined ? (
        <label>
          {T.list}
          <textarea
            rows={9}
            spellcheck={false}
            value={given.text}
            aria-describedby="list-help"
            onInput={({ currentTarget }) => onChange({ text: currentTarget.value })}
          />
        </label>
      ) : (
        <p class="notice">
          <Foreign text={T.dropped(given.name, bytes(given.text.length))} />
        </p>
      )}
      <p id="list-help" class="help">
        {T.listHelp}
      </p>
      <p class="row">
        <button type="button" onClick={() => file.current?.click()}>
          {T.file}
        </button>
        <button type="button" disabled={given.text === ''} onClick={() => onChange({ text: '' })}>
          {T.clear}
        </button>
        <input
          ref={file}
          type="file"
          tabIndex={-1}
          aria-label={T.file}
          onChange={({ currentTarget }) => {
            void take(currentTarget.files);
            currentTarget.value = '';
          }}
        />
        <span role="status">
          {state.kind === 'checking' && T.checking}
          {state.kind === 'checked' &&
            `${state.list.source === undefined ? `${T.counted(count(state.list.urls.length), count(state.list.duplicateCount))}, ` : ''}${T.formats[state.list.format]}`}
        </span>
      </p>
      {state.kind === 'unreadable' && (
        <p class="notice bad" role="alert">
          <Foreign text={state.message} />
        </p>
      )}
      {state.kind === 'checked' && state.list.faultCount > 0 && (
        <>
          <Faults
            faults={state.list.faults}
            total={state.list.faultCount}
            heading={T.faults(count(state.list.faultCount))}
          />
          {state.list.urls.length > 0 && (
            <button type="button" onClick={() => onChange({ ...given, text: state.list.urls.join('\n') })}>
              {T.leaveOut}
            </button>
          )}
        </>
      )}
    </div>
  );
}
