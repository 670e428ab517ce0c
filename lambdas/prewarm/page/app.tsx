import { useEffect, useState } from 'preact/hooks';
import { ApiError, listRequests } from './api';
import { Compare } from './compare';
import { FollowRequest } from './follow-request';
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
function KeyForm({ isWrong, onKey }: { readonly isWrong: boolean; readonly onKey: () => void }) {
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
      {isWrong && (
        <p class="notice bad" role="alert">
          {TEXTS.key.wrong}
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

function View({ fragment }: { readonly fragment: string }) {
  const [draft, setDraft] = useState<Draft>();
  const [, id] = REQUEST.exec(fragment) ?? [];
  const [, first, second] = COMPARED.exec(fragment) ?? [];
  if (id !== undefined)
    return (
      <FollowRequest
        key={id}
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

type Access = 'asking' | 'open' | 'no-key' | 'wrong-key';

/** Whether the service takes the key of this tab; it is asked again until it answers. */
function useAccess(): readonly [Access, () => void] {
  const [access, setAccess] = useState<Access>('asking');
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    listRequests().then(
      () => setAccess('open'),
      (error: unknown) => {
        if (error instanceof ApiError && error.status === 403) {
          setAccess(readKey() === undefined ? 'no-key' : 'wrong-key');
          forgetKey();
        } else timer = setTimeout(() => setAttempt(attempt + 1), 1_000);
      },
    );
    return () => clearTimeout(timer);
  }, [attempt]);
  return [access, () => setAttempt(attempt + 1)];
}

export function App() {
  const fragment = useFragment();
  const [access, ask] = useAccess();
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
        {access === 'open' && <View fragment={fragment} />}
        {access === 'asking' && <p role="status">{TEXTS.key.checking}</p>}
        {(access === 'no-key' || access === 'wrong-key') && (
          <KeyForm isWrong={access === 'wrong-key'} onKey={ask} />
        )}
      </main>
    </>
  );
}
