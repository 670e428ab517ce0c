import type { PopCode } from '../model/ids';

/** Three letters of an airport, the number of the site, and in newer codes a suffix: `FRA56-P4`, `SEA900-P1`, `CPT50`. */
const FORM = /^[A-Z]{3}\d{1,4}(?:-[A-Z]\d{1,3})?$/;
const AIRPORT_LETTERS = 3;

/** Returns whether a text, in upper case, has the form of a PoP code; which ones there are, no form says. */
export function isPopCode(text: string): boolean {
  return FORM.test(text);
}

/** Returns the IATA code of the airport near which a PoP stands. */
export function airportOf(code: PopCode | string): string {
  return code.slice(0, AIRPORT_LETTERS);
}

/** Returns the name under which one PoP answers for one distribution. */
export function popHostName(distributionDomain: string, pop: PopCode): string {
  const [label = ''] = distributionDomain.split('.');
  return `${label}.${pop}.cloudfront.net`;
}
