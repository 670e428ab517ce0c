const EARTH_RADIUS_KM = 6_371;

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}

/** A point on the globe in degrees; north and east are positive. */
export interface Coordinates {
  readonly latitude: number;
  readonly longitude: number;
}

/** Great-circle distance by the haversine formula, in kilometres. */
export function distanceKm(from: Coordinates, to: Coordinates): number {
  const latitude = radians(to.latitude - from.latitude);
  const longitude = radians(to.longitude - from.longitude);
  const half =
    Math.sin(latitude / 2) ** 2 +
    Math.cos(radians(from.latitude)) * Math.cos(radians(to.latitude)) * Math.sin(longitude / 2) ** 2;
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(half)));
}

/** Returns the point in the middle of others on the globe, also of some on both sides of the date line. */
export function middleOf(points: readonly Coordinates[]): Coordinates {
  let [x, y, z] = [0, 0, 0];
  for (const point of points) {
    const latitude = radians(point.latitude);
    const longitude = radians(point.longitude);
    x += Math.cos(latitude) * Math.cos(longitude);
    y += Math.cos(latitude) * Math.sin(longitude);
    z += Math.sin(latitude);
  }
  const degrees = 180 / Math.PI;
  return { latitude: Math.atan2(z, Math.hypot(x, y)) * degrees, longitude: Math.atan2(y, x) * degrees };
}
