import type { Done } from './done';
import { count, percent } from './format';
import { type Html, html } from './html';
import { MAP_HEIGHT, MAP_WIDTH, type MapPoint, project } from './map-projection';
import type { PopReport } from './request-report';
import { WORLD_OUTLINE } from './world-outline';

/** PoPs of one airport code: they stand in the same place. */
interface Site {
  readonly code: string;
  readonly city: string;
  readonly pops: readonly string[];
  readonly at: MapPoint;
  readonly radius: number;
  readonly fetches: number;
  readonly failed: number;
  readonly state: 'good' | 'most' | 'some' | 'bad' | 'idle';
}

const SMALLEST_RADIUS = 6;
const LARGEST_RADIUS = 12;
/** From this share on a place counts as warm but for single objects, so that one dead URL does not colour the whole map. */
export const MOSTLY_WARM = 0.95;
const LABEL_HEIGHT = 11;
const CHARACTER_WIDTH = 7;

function stateOf(pops: readonly PopReport[], fetches: number, failed: number): Site['state'] {
  if (fetches === 0) return pops.every(({ status }) => status === 'FAILED') ? 'bad' : 'idle';
  if (pops.some(({ status }) => status === 'FAILED')) return 'some';
  if (failed === 0) return 'good';
  if (failed === fetches) return 'bad';
  return 1 - failed / fetches >= MOSTLY_WARM ? 'most' : 'some';
}

function sitesOf(pops: readonly PopReport[]): readonly Site[] {
  const groups = new Map<string, PopReport[]>();
  for (const pop of pops) {
    if (pop.place === undefined) continue;
    const code = pop.pop.slice(0, 3);
    groups.set(code, [...(groups.get(code) ?? []), pop]);
  }
  function fetchesOf(group: readonly PopReport[]): number {
    return group.reduce((sum, { figures }) => sum + figures.fetches, 0);
  }
  const most = Math.max(1, ...[...groups.values()].map(fetchesOf));
  return [...groups].flatMap(([code, group]) => {
    const place = group[0]?.place;
    if (place === undefined) return [];
    const fetches = fetchesOf(group);
    const failed = group.reduce((sum, { figures }) => sum + figures.failed, 0);
    return [
      {
        code,
        city: place.city,
        pops: group.map(({ pop }) => pop),
        at: project(place.longitude, place.latitude),
        radius: SMALLEST_RADIUS + (LARGEST_RADIUS - SMALLEST_RADIUS) * Math.sqrt(fetches / most) * 0.6,
        fetches,
        failed,
        state: stateOf(group, fetches, failed),
      },
    ];
  });
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

interface Label {
  readonly text: string;
  readonly box: Box;
}

/** Puts each label where it hides no dot and no other label; one without such a place is left out (the table has all). */
function labelsOf(sites: readonly Site[]): readonly Label[] {
  const taken: Box[] = sites.map(({ at, radius }) => ({
    left: at.x - radius,
    right: at.x + radius,
    top: at.y - radius,
    bottom: at.y + radius,
  }));
  const labels: Label[] = [];
  for (const { code, at, radius } of sites) {
    const width = code.length * CHARACTER_WIDTH;
    const gap = radius + 2;
    const half = LABEL_HEIGHT / 2;
    const corners: readonly (readonly [number, number])[] = [
      [at.x + gap, at.y - half],
      [at.x - gap - width, at.y - half],
      [at.x - width / 2, at.y - gap - LABEL_HEIGHT],
      [at.x - width / 2, at.y + gap],
      [at.x + gap - 2, at.y - gap - half],
      [at.x + gap - 2, at.y + gap - half],
      [at.x - gap - width + 2, at.y - gap - half],
      [at.x - gap - width + 2, at.y + gap - half],
    ];
    const box = corners
      .map(([left, top]) => ({ left, top, right: left + width, bottom: top + LABEL_HEIGHT }))
      .find(
        (place) => place.right < MAP_WIDTH && place.left > 0 && !taken.some((other) => overlap(place, other)),
      );
    if (box === undefined) continue;
    taken.push(box);
    labels.push({ text: code, box });
  }
  return labels;
}

/** A cross besides the colour, for those who do not tell the colours apart. */
function cross({ at, radius }: Site): Html {
  const arm = radius * 0.45;
  return html`<path class="cross" d="M${(at.x - arm).toFixed(1)} ${(at.y - arm).toFixed(1)}l${(2 * arm).toFixed(1)} ${(2 * arm).toFixed(1)}m0-${(2 * arm).toFixed(1)}l-${(2 * arm).toFixed(1)} ${(2 * arm).toFixed(1)}"/>`;
}

function sentence(site: Site, done: Done): string {
  const names = `${site.pops.join(', ')} (${site.city})`;
  if (site.fetches === 0) return `${names}: nothing fetched`;
  const warm = site.fetches - site.failed;
  return `${names}: ${count(warm)} of ${count(site.fetches)} ${done}, ${percent(warm / site.fetches)}`;
}

/** Returns the PoPs of a request on the map of the world. PoPs without a known place are named below it. */
export function worldMap(pops: readonly PopReport[], done: Done): Html {
  const sites = sitesOf(pops);
  const nowhere = pops.filter(({ place }) => place === undefined);
  // The failing ones come last, so that nothing lies over them.
  const order: readonly Site['state'][] = ['idle', 'good', 'most', 'some', 'bad'];
  const drawn = [...sites].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
  const dots = drawn.map(
    (site) =>
      html`<g class="site s-${site.state}"><title>${sentence(site, done)}</title><circle cx="${site.at.x.toFixed(1)}" cy="${site.at.y.toFixed(1)}" r="${site.radius.toFixed(1)}"/>${site.state === 'bad' ? cross(site) : undefined}</g>`,
  );
  const labels = labelsOf(sites).map(
    ({ text, box }) =>
      html`<text x="${box.left.toFixed(1)}" y="${(box.bottom - 2).toFixed(1)}">${text}</text>`,
  );
  return html`<div class="scroll"><svg class="map" viewBox="0 0 ${MAP_WIDTH} ${MAP_HEIGHT}" role="img" aria-label="Map of the ${count(sites.length)} places of the PoPs; the table below has the same figures"><path class="land" transform="scale(.1)" d="${WORLD_OUTLINE}"/>${dots}<g class="names" aria-hidden="true">${labels}</g></svg></div>
<ul class="legend"><li><span class="swatch round m-good"></span>all ${done}</li><li><span class="swatch round m-most"></span>95 % or more</li><li><span class="swatch round m-some"></span>less</li><li><span class="swatch round m-bad"></span>✕ all failed or unknown PoP</li><li><span class="swatch round m-idle"></span>nothing fetched</li></ul>${
    nowhere.length === 0
      ? undefined
      : html`<p class="none">Not on the map, because their place is not known: ${nowhere.map(({ pop }) => pop).join(', ')}.</p>`
  }`;
}
