import type { PopCode } from '../model/ids';

/** Which PoP an operator asked for is known under which geography; the data file behind it is an adapter's business. */
export interface PopDirectory {
  find(code: PopCode): PopEntry | undefined;
  /** The closest ones of the `aws` partition, closest first. Degrees; north and east are positive. */
  near(latitude: number, longitude: number, count: number): readonly PopEntry[];
  readonly all: readonly PopEntry[];
  readonly regions: Readonly<Record<string, readonly PopCode[]>>;
  readonly countries: Readonly<Record<string, readonly PopCode[]>>;
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
