import { useEffect, useState } from 'preact/hooks';
import { Foreign } from './foreign';
import { loadList, removeList, savedNames, saveList } from './saved-lists';
import { TEXTS } from './texts';

const T = TEXTS.saved;

/** Lists that are kept in this browser under names. */
export function SavedLists({
  text,
  onLoad,
}: {
  readonly text: string;
  readonly onLoad: (text: string) => void;
}) {
  const [names, setNames] = useState<readonly string[]>([]);
  const [name, setName] = useState('');
  const [said, setSaid] = useState('');

  async function attempt(change: () => Promise<string>): Promise<void> {
    try {
      setSaid(await change());
      setNames(await savedNames());
    } catch {
      setSaid(T.failed);
    }
  }
  useEffect(() => {
    void savedNames().then(setNames, () => setSaid(T.failed));
  }, []);

  return (
    <section aria-labelledby="saved">
      <h2 id="saved">{T.heading}</h2>
      {names.length === 0 && <p class="help">{T.none}</p>}
      <ul class="saved">
        {names.map((saved) => (
          <li key={saved}>
            <Foreign text={saved} />
            <button
              type="button"
              aria-label={T.loadNamed(saved)}
              onClick={() =>
                attempt(async () => {
                  onLoad((await loadList(saved)) ?? '');
                  return '';
                })
              }
            >
              {T.load}
            </button>
            <button
              type="button"
              aria-label={T.removeNamed(saved)}
              onClick={() => attempt(() => removeList(saved).then(() => ''))}
            >
              {T.remove}
            </button>
          </li>
        ))}
      </ul>
      <div class="fields">
        <label>
          {T.name}
          <input value={name} maxLength={80} onInput={({ currentTarget }) => setName(currentTarget.value)} />
        </label>
        <button
          type="button"
          disabled={name.trim() === '' || text.trim() === ''}
          onClick={() => attempt(() => saveList(name.trim(), text).then(() => T.kept(name.trim())))}
        >
          {T.save}
        </button>
      </div>
      <p role="status" class="help">
        <Foreign text={said} />
      </p>
    </section>
  );
}
