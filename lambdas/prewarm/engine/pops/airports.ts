import data from './airports.json';
import { type Coordinates, middleOf } from './distance';

/** Where an airport is, and with it the PoPs that are named after it. */
export interface AirportPlace extends Coordinates {
  readonly city: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
}

const airports: Readonly<Record<string, string>> = data.airports;

/** Returns the place of an airport by its IATA code, or of the city that has such a code of its own. */
export function placeOfAirport(iata: string): AirportPlace | undefined {
  const written = Object.hasOwn(airports, iata) ? airports[iata] : undefined;
  const [country, latitude, longitude, ...city] = written?.split(' ') ?? [];
  if (country === undefined) return undefined;
  return { country, latitude: Number(latitude), longitude: Number(longitude), city: city.join(' ') };
}

/** Returns the middle of a country's airports, by its ISO 3166-1 alpha-2 code; nothing for one that has none. */
export function middleOfCountry(country: string): Coordinates | undefined {
  const places = Object.entries(airports).flatMap(([iata, written]) =>
    written.startsWith(`${country} `) ? (placeOfAirport(iata) ?? []) : [],
  );
  return places.length === 0 ? undefined : middleOf(places);
}
