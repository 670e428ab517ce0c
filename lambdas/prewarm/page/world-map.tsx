import { MAP_HEIGHT, MAP_WIDTH, project } from '../engine/report/map-projection';
import { WORLD_OUTLINE } from '../engine/report/world-outline';

/** One place on the map: all PoPs of an airport. */
export interface MapSite {
  /** Three letters of the airport. */
  readonly code: string;
  readonly latitude: number;
  readonly longitude: number;
  /** Class of its dot. */
  readonly state: 'good' | 'most' | 'some' | 'bad' | 'idle' | 'chosen' | 'free';
  readonly title: string;
}

interface WorldMapProps {
  readonly label: string;
  readonly sites: readonly MapSite[];
  readonly onClick?: (site: MapSite) => void;
}

/** The world with a dot for each place. Whatever it tells or takes, a list beside it does too: it is for the eye and the mouse. */
export function WorldMap({ label, sites, onClick }: WorldMapProps) {
  return (
    <svg class="map" viewBox={`0 0 ${MAP_WIDTH} ${MAP_HEIGHT}`} role="img" aria-label={label}>
      <path class="land" transform="scale(.1)" d={WORLD_OUTLINE} />
      {sites.map((site) => {
        const { x, y } = project(site.longitude, site.latitude);
        return (
          // biome-ignore lint/a11y/noStaticElementInteractions: the list beside it is for the keyboard
          <g
            key={site.code}
            class={`site s-${site.state}${onClick === undefined ? '' : ' pick'}`}
            data-site={site.code}
            onClick={() => onClick?.(site)}
          >
            <title>{site.title}</title>
            <circle cx={x.toFixed(1)} cy={y.toFixed(1)} r="6" />
            {site.state === 'bad' && (
              <path class="cross" d={`M${(x - 3).toFixed(1)} ${(y - 3).toFixed(1)}l6 6m0-6l-6 6`} />
            )}
          </g>
        );
      })}
    </svg>
  );
}
