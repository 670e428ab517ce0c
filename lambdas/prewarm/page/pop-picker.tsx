import { useMemo, useState } from 'preact/hooks';
import type { PopList } from '../client/views';
import { distanceKm } from '../engine/pops/distance';
import { count } from '../engine/report/format';
import { TEXTS } from './texts';
import { type MapSite, WorldMap } from './world-map';

interface PopPickerProps {
  readonly pops: PopList;
  readonly chosen: ReadonlySet<string>;
  readonly onChange: (chosen: ReadonlySet<string>) => void;
}

type Pop = PopList['pops'][number];

const T = TEXTS.pops;

function siteOf(code: string): string {
  return code.slice(0, 3);
}

function sitesOf(pops: readonly Pop[], chosen: ReadonlySet<string>): readonly MapSite[] {
  const groups = Map.groupBy(pops, ({ code }) => siteOf(code));
  return [...groups].flatMap(([code, group]) => {
    const [first] = group;
    if (first === undefined) return [];
    return [
      {
        code,
        latitude: first.latitude,
        longitude: first.longitude,
        state: group.some((pop) => chosen.has(pop.code)) ? ('chosen' as const) : ('free' as const),
        title: `${first.city}: ${group.map((pop) => pop.code).join(', ')}`,
      },
    ];
  });
}

/** The coordinates of a place by name or `LAT,LON`; nothing where it is neither. */
function findPlace(text: string, pops: readonly Pop[]) {
  const [, latitude, longitude] = /^\s*(-?\d+(?:\.\d+)?)\s*[,;]\s*(-?\d+(?:\.\d+)?)\s*$/.exec(text) ?? [];
  if (latitude !== undefined && longitude !== undefined)
    return { latitude: Number(latitude), longitude: Number(longitude) };
  return pops.find(({ city }) => city.toLowerCase() === text.trim().toLowerCase());
}

/** Chooses PoPs: on a map, by region or country, nearest to a place, or one by one. */
export function PopPicker({ pops: { pops, regions, countries }, chosen, onChange }: PopPickerProps) {
  const [near, setNear] = useState('');
  const [nearCount, setNearCount] = useState(3);
  const [isUnknown, setUnknown] = useState(false);
  const [filter, setFilter] = useState('');
  const sites = useMemo(() => sitesOf(pops, chosen), [pops, chosen]);
  const known = useMemo(() => new Set(pops.map(({ code }) => code)), [pops]);
  const wanted = filter.trim().toLowerCase();
  const matching = pops.filter(({ code, city, country_name: country }) =>
    [code, city, country].some((text) => text.toLowerCase().includes(wanted)),
  );

  function add(codes: readonly string[]): void {
    onChange(new Set([...chosen, ...codes.filter((code) => known.has(code))]));
  }
  function toggle(codes: readonly string[]): void {
    const next = new Set(chosen);
    const isChosen = codes.some((code) => next.has(code));
    for (const code of codes) {
      if (isChosen) next.delete(code);
      else next.add(code);
    }
    onChange(next);
  }
  function addNearest(): void {
    const place = findPlace(near, pops);
    setUnknown(place === undefined);
    if (place === undefined) return;
    const byDistance = [...pops].sort((a, b) => distanceKm(place, a) - distanceKm(place, b));
    add(byDistance.slice(0, nearCount).map(({ code }) => code));
  }
  function addFrom(lists: PopList['regions']) {
    return ({ currentTarget }: { readonly currentTarget: HTMLSelectElement }) => {
      add(lists[currentTarget.value] ?? []);
      currentTarget.value = '';
    };
  }

  return (
    <section aria-labelledby="where">
      <h2 id="where">{T.heading}</h2>
      <p class="help">{T.help}</p>
      <WorldMap
        label={T.map}
        sites={sites}
        onClick={({ code }) => toggle(pops.filter((pop) => siteOf(pop.code) === code).map((pop) => pop.code))}
      />
      <p class="row">
        <strong role="status">{T.chosen(count(chosen.size))}</strong>
        <button type="button" disabled={chosen.size === 0} onClick={() => onChange(new Set())}>
          {T.clear}
        </button>
      </p>
      <div class="fields">
        <label>
          {T.region}
          <select onChange={addFrom(regions)}>
            <option value="">{T.choose}</option>
            {Object.keys(regions).map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <label>
          {T.country}
          <select onChange={addFrom(countries)}>
            <option value="">{T.choose}</option>
            {Object.keys(countries).map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <label>
          {T.near}
          <input
            value={near}
            aria-describedby="near-help"
            aria-invalid={isUnknown}
            onInput={({ currentTarget }) => setNear(currentTarget.value)}
          />
        </label>
        <label>
          {T.nearCount}
          <input
            type="number"
            min="1"
            max="50"
            value={nearCount}
            onInput={({ currentTarget }) => setNearCount(Math.max(1, currentTarget.valueAsNumber || 1))}
          />
        </label>
        <button type="button" disabled={near.trim() === ''} onClick={addNearest}>
          {T.addNearest}
        </button>
      </div>
      <p id="near-help" class={isUnknown ? 'help bad' : 'help'} role={isUnknown ? 'alert' : undefined}>
        {isUnknown ? T.unknownPlace : T.nearHelp}
      </p>
      <details>
        <summary>{T.list}</summary>
        <label>
          {T.filter}
          <input
            type="search"
            value={filter}
            onInput={({ currentTarget }) => setFilter(currentTarget.value)}
          />
        </label>
        <p class="help" role="status">
          {T.matching(count(matching.length))}
        </p>
        <ul class="pops">
          {matching.map(({ code, city }) => (
            <li key={code}>
              <label class="check">
                <input type="checkbox" checked={chosen.has(code)} onChange={() => toggle([code])} />
                <span>
                  {code} <small>{city}</small>
                </span>
              </label>
            </li>
          ))}
        </ul>
      </details>
    </section>
  );
}
