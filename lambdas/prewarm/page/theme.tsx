import { useEffect, useState } from 'preact/hooks';
import { TEXTS } from './texts';

const NAME = 'warmpath-theme';
const THEMES = ['auto', 'light', 'dark'] as const;
type Theme = (typeof THEMES)[number];

function readTheme(): Theme {
  const kept = localStorage.getItem(NAME);
  return THEMES.find((theme) => theme === kept) ?? 'auto';
}

/** Light, dark, or as the system has it. */
export function ThemeChoice() {
  const [theme, setTheme] = useState(readTheme);
  useEffect(() => {
    document.documentElement.dataset['theme'] = theme;
    localStorage.setItem(NAME, theme);
  }, [theme]);
  return (
    <label class="theme">
      <span>{TEXTS.nav.theme}</span>
      <select
        value={theme}
        onChange={({ currentTarget }) =>
          setTheme(THEMES.find((name) => name === currentTarget.value) ?? 'auto')
        }
      >
        {THEMES.map((name) => (
          <option key={name} value={name}>
            {TEXTS.themes[name]}
          </option>
        ))}
      </select>
    </label>
  );
}
