/**
 * Writes the land outline that the HTML report draws, from the 1:110m Natural Earth land of `world-atlas`.
 * The result is committed; run it again only to change its precision: `npx tsx scripts/build/world-outline.ts`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { MAP_HEIGHT, type MapPoint, project } from '../../lambdas/prewarm/engine/report/map-projection';

/** Islands smaller than this on the drawing, in square units, are left out. */
const SMALLEST_AREA = 6;
/** A point closer than this to the line between its neighbours, in units, is left out. */
const TOLERANCE = 0.45;
export const OUTPUT = join(__dirname, '../../lambdas/prewarm/engine/report/world-outline.ts');

type Point = readonly [longitude: number, latitude: number];

const pair = z.tuple([z.number(), z.number()]);
/** The part of TopoJSON that this data uses. */
const topology = z.object({
  transform: z.object({ scale: pair, translate: pair }),
  arcs: z.array(z.array(pair)),
  objects: z.object({
    land: z.object({
      geometries: z.array(
        z.object({ type: z.literal('MultiPolygon'), arcs: z.array(z.array(z.array(z.int()))) }),
      ),
    }),
  }),
});

const world = topology.parse(JSON.parse(readFileSync(require.resolve('world-atlas/land-110m.json'), 'utf8')));
const { scale, translate } = world.transform;

const arcs = world.arcs.map((arc) => {
  let x = 0;
  let y = 0;
  return arc.map(([dx, dy]): Point => {
    x += dx;
    y += dy;
    return [x * scale[0] + translate[0], y * scale[1] + translate[1]];
  });
});

/** TopoJSON joins arcs end to end; a negative index means the arc of its complement, backwards. */
function pointsOf(ring: readonly number[]): Point[] {
  return ring.flatMap((index) => {
    const arc = arcs[index < 0 ? ~index : index] ?? [];
    return (index < 0 ? arc.toReversed() : arc).slice(1);
  });
}

/** Land across the antimeridian jumps from one edge of the map to the other: it becomes one piece at each edge. */
function piecesOf(ring: readonly Point[]): readonly (readonly Point[])[] {
  let turn = 0;
  let previous = ring[0]?.[0] ?? 0;
  const unwrapped = ring.map(([longitude, latitude]): Point => {
    if (longitude - previous > 180) turn -= 360;
    if (longitude - previous < -180) turn += 360;
    previous = longitude;
    return [longitude + turn, latitude];
  });
  return [-360, 0, 360].map((shift) => {
    const clamped = unwrapped.map(
      ([longitude, latitude]): Point => [Math.max(-180, Math.min(180, longitude + shift)), latitude],
    );
    // What lies beyond the edge has been pushed onto it: of a run of such points only the two ends are needed.
    return clamped.filter(
      ([longitude], index) =>
        Math.abs(longitude) < 180 ||
        [-1, 1].some((step) => Math.abs(clamped.at((index + step) % clamped.length)?.[0] ?? 0) < 180),
    );
  });
}

function area(points: readonly MapPoint[]): number {
  return Math.abs(
    points.reduce((sum, point, index) => {
      const next = points[(index + 1) % points.length] ?? point;
      return sum + point.x * next.y - next.x * point.y;
    }, 0) / 2,
  );
}

function distanceToLine(point: MapPoint, from: MapPoint, to: MapPoint): number {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  if (length === 0) return Math.hypot(point.x - from.x, point.y - from.y);
  return Math.abs((to.x - from.x) * (from.y - point.y) - (from.x - point.x) * (to.y - from.y)) / length;
}

/** Ramer-Douglas-Peucker. */
function simplify(points: readonly MapPoint[]): readonly MapPoint[] {
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined || points.length < 3) return points;
  let farthest = 0;
  let distance = 0;
  points.forEach((point, index) => {
    const away = distanceToLine(point, first, last);
    if (away > distance) {
      distance = away;
      farthest = index;
    }
  });
  if (distance <= TOLERANCE) return [first, last];
  return [...simplify(points.slice(0, farthest + 1)).slice(0, -1), ...simplify(points.slice(farthest))];
}

/** Whole tenths, each point after the first relative to the one before: the shortest way to write it. */
function pathOf(points: readonly MapPoint[]): string {
  let x = 0;
  let y = 0;
  const steps = points.map((point) => {
    const dx = Math.round(point.x * 10) - x;
    const dy = Math.round(point.y * 10) - y;
    x += dx;
    y += dy;
    return `${dx}${dy < 0 ? '' : ' '}${dy}`;
  });
  const [start, ...lines] = steps;
  return `M${start}l${lines.join(' ').replaceAll(' -', '-')}z`;
}

const rings = world.objects.land.geometries
  .flatMap(({ arcs: polygons }) => polygons.flat())
  .flatMap((ring) => piecesOf(pointsOf(ring)))
  .map((places) => places.map(([longitude, latitude]) => project(longitude, latitude)))
  .filter((points) => area(points) >= SMALLEST_AREA && points.every(({ y }) => y < MAP_HEIGHT))
  .map(simplify);

/** The file as it is committed. */
export const worldOutlineFile = `/**
 * Land in the drawing area of map-projection.ts, as an SVG path in tenths of a unit (scale it by 0.1).
 * Written by scripts/build/world-outline.ts from Natural Earth data (public domain).
 */
export const WORLD_OUTLINE =
  '${rings.map(pathOf).join('')}';
`;

if (require.main === module) writeFileSync(OUTPUT, worldOutlineFile);
