import type { PopCode } from '../model/ids';

/** Which PoPs there are, and where. */
export interface PopDirectory {
  /** Also of a code that is not listed, where it has the form of one and its airport is known. */
  find(code: PopCode): PopEntry | undefined;
  /** Returns the closest ones of the `aws` partition, closest first. Degrees; north and east are positive. */
  near(latitude: number, longitude: number, count: number): readonly PopEntry[];
  /** Every listed code, in the order of the codes. */
  readonly all: readonly PopEntry[];
  /** Returns the country that a person means by a code or a name, whether or not it has PoPs. */
  country(written: string): Country | undefined;
  /** The fixed region lists of the compatible API. */
  readonly regions: Readonly<Record<string, readonly PopCode[]>>;
  /** The fixed country lists of the compatible API, some of whose PoPs stand in a neighbour country. */
  readonly countries: Readonly<Record<string, readonly PopCode[]>>;
}

export interface Country {
  /** ISO 3166-1 alpha-2. */
  readonly code: string;
  readonly name: string;
  /** `Africa`, `Asia`, `Europe`, `North America`, `Oceania` or `South America`. */
  readonly continent: string;
}

export interface PopEntry {
  readonly code: PopCode;
  readonly city: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly countryName: string;
  readonly continent: string;
  readonly latitude: number;
  readonly longitude: number;
  /** `aws-cn` codes belong to the mainland-China partition and are left out of defaults. */
  readonly partition: 'aws' | 'aws-cn';
}
