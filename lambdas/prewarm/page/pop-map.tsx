import type { PopList, PopView } from '../client/views';
import { count } from '../engine/report/format';
import { TEXTS } from './texts';
import { type MapSite, WorldMap } from './world-map';

const T = TEXTS.follow;
/** As in the report: from this share on a place counts as warm but for single objects. */
const MOSTLY_WARM = 0.95;

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

/** The PoPs of a request on a map of the world, coloured by what came of them, with a legend. */
export function PopMap({
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
