/**
 * Equal Earth: areas keep their proportions, and one short polynomial is all it takes.
 * @see https://doi.org/10.1080/13658816.2018.1504949
 */
const A1 = 1.340264;
const A2 = -0.081106;
const A3 = 0.000893;
const A4 = 0.003796;
const M = Math.sqrt(3) / 2;
const RADIANS = Math.PI / 180;

/** Size of the drawing area, in its own units. Antarctica is cut off: no PoP stands there. */
export const MAP_WIDTH = 960;
export const MAP_HEIGHT = 420;
const NORTHERN_EDGE = 84;

function raw(longitude: number, latitude: number): readonly [number, number] {
  const theta = Math.asin(M * Math.sin(latitude * RADIANS));
  const square = theta * theta;
  const sixth = square * square * square;
  const x =
    (longitude * RADIANS * Math.cos(theta)) /
    (M * (A1 + 3 * A2 * square + sixth * (7 * A3 + 9 * A4 * square)));
  const y = theta * (A1 + A2 * square + sixth * (A3 + A4 * square));
  return [x, y];
}

const SCALE = MAP_WIDTH / (2 * raw(180, 0)[0]);
const TOP = raw(0, NORTHERN_EDGE)[1];

export interface MapPoint {
  readonly x: number;
  readonly y: number;
}

/** Returns where a place (in degrees) lies in the drawing area. */
export function project(longitude: number, latitude: number): MapPoint {
  const [x, y] = raw(longitude, latitude);
  return { x: MAP_WIDTH / 2 + x * SCALE, y: (TOP - y) * SCALE };
}
