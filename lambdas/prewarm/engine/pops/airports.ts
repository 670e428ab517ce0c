import data from './airports.json';

/** Where an airport is, and with it the PoPs that are named after it. */
export interface AirportPlace {
  readonly city: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  /** Degrees; north is positive. */
  readonly latitude: number;
  /** Degrees; east is positive. */
  readonly longitude: number;
}

const airports: Readonly<Record<string, string>> = data.airports;

/** The place of an airport by its IATA code, or of the city that has such a code of its own. */
export function placeOfAirport(iata: string): AirportPlace | undefined {
  const written = Object.hasOwn(airports, iata) ? airports[iata] : undefined;
  const [country, latitude, longitude, ...city] = written?.split(' ') ?? [];
  if (country === undefined) return undefined;
  return { country, latitude: Number(latitude), longitude: Number(longitude), city: city.join(' ') };
}
