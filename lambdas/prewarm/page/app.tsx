import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, KEY_REFUSED, KEY_REFUSED_EVENT, listRequests } from './api';
import { Compare } from './compare';
import { FollowRequest } from './follow-request';
import { Foreign } from './foreign';
import { History } from './history';
import { forgetKey, keepKey, readKey } from './key';
import { type Draft, Submit } from './submit';
import { TEXTS } from './texts';
import { ThemeChoice } from './theme';

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const REQUEST = new RegExp(`^#/requests/(${UUID})$`);
const COMPARED = new RegExp(`^#/compare/(${UUID})/(${UUID})$`);

/** The fragment of the address, which says what is shown. */
function useFragment(): string {
  const [fragment, setFragment] = useState(location.hash);
  useEffect(() => {
    function changed(): void {
      setFragment(location.hash);
    }
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  return fragment;
}

/** Asks for the key where the service wants one. */
function KeyForm({ fault, onKey }: { readonly fault: string; readonly onKey: () => void }) {
  const [key, setKey] = useState('');
  return (
    <form
      class="key"
      onSubmit={(event) => {
        event.preventDefault();
        keepKey(key.trim());
        onKey();
      }}
    >
      <h1>{TEXTS.key.heading}</h1>
      <p>{TEXTS.key.explain}</p>
      {fault !== '' && (
        <p class="notice bad" role="alert">
          {fault}
        </p>
      )}
      <div class="fields">
        <label>
          {TEXTS.key.label}
          <input
            type="password"
            autocomplete="off"
            value={key}
            onInput={({ currentTarget }) => setKey(currentTarget.value)}
          />
        </label>
        <button type="submit" class="main" disabled={key.trim() === ''}>
          {TEXTS.key.send}
        </button>
      </div>
    </form>
  );
}

/** `attempt` counts the keys that were given: what could not be followed with the one before is followed anew. */
function View({ fragment, attempt }: { readonly fragment: string; readonly attempt: number }) {
  const [draft, setDraft] = useState<Draft>();
  const [, id] = REQUEST.exec(fragment) ?? [];
  const [, first, second] = COMPARED.exec(fragment) ?? [];
  if (id !== undefined)
    return (
      <FollowRequest
        key={`${id} ${attempt}`}
        id={id}
        onRepeat={(next) => {
          setDraft(next);
          location.hash = '#/';
        }}
      />
    );
  if (first !== undefined && second !== undefined)
    return <Compare key={fragment} first={first} second={second} />;
  if (fragment === '#/requests') return <History />;
  return (
    <Submit
      key={draft?.text}
      draft={draft}
      onSubmitted={(submitted) => {
        setDraft(undefined);
        location.hash = `#/requests/${submitted}`;
      }}
    />
  );
}

interface Access {
  /** `asking` until the service answers for the first time. */
  readonly state: 'asking' | 'open' | 'needs-key';
  /** Why it is not open, in words; empty where nothing is wrong yet. */
  readonly fault: string;
}

/** Whether the service takes the key of this tab, which may change at any time; it is asked again until it answers. */
function useAccess(): readonly [Access, number, () => void] {
  const [access, setAccess] = useState<Access>({ state: 'asking', fault: '' });
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    listRequests().then(
      () => setAccess({ state: 'open', fault: '' }),
      (error: unknown) => {
        if (error instanceof ApiError && error.status === KEY_REFUSED) return;
        setAccess({ state: 'asking', fault: error instanceof ApiError ? error.message : String(error) });
        timer = setTimeout(() => setAttempt(attempt + 1), 1_000);
      },
    );
    return () => clearTimeout(timer);
  }, [attempt]);
  useEffect(() => {
    function refused(): void {
      const hadKey = readKey() !== undefined;
      forgetKey();
      setAccess(({ state, fault }) => {
        if (state === 'open') return { state: 'needs-key', fault: TEXTS.key.changed };
        return { state: 'needs-key', fault: hadKey ? TEXTS.key.wrong : fault };
      });
    }
    addEventListener(KEY_REFUSED_EVENT, refused);
    return () => removeEventListener(KEY_REFUSED_EVENT, refused);
  }, []);
  return [access, attempt, () => setAttempt(attempt + 1)];
}

export function App() {
  const fragment = useFragment();
  const [{ state, fault }, attempt, ask] = useAccess();
  const wasOpen = useRef(false);
  wasOpen.current ||= state === 'open';
  const isHistory = fragment.startsWith('#/requests') || fragment.startsWith('#/compare');
  return (
    <>
      <button type="button" class="skip" onClick={() => document.getElementById('content')?.focus()}>
        {TEXTS.nav.skip}
      </button>
      <header class="top">
        <span class="brand">{TEXTS.title}</span>
        <nav aria-label={TEXTS.nav.label}>
          <a href="#/" aria-current={isHistory ? undefined : 'page'}>
            {TEXTS.nav.submit}
          </a>
          <a href="#/requests" aria-current={isHistory ? 'page' : undefined}>
            {TEXTS.nav.history}
          </a>
        </nav>
        <ThemeChoice />
      </header>
      <main id="content" tabIndex={-1}>
        {state === 'asking' && (
          <p role="status">
            {TEXTS.key.checking} <Foreign text={fault} />
          </p>
        )}
        {state === 'needs-key' && <KeyForm fault={fault} onKey={ask} />}
        {wasOpen.current && (
          <div hidden={state !== 'open'}>
            <View fragment={fragment} attempt={attempt} />
          </div>
        )}
      </main>
    </>
  );
}
