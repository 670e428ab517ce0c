import { Refusal } from './refusal';

/** What the names of AWS's own hosts end with, by partition. */
const SUFFIXES = [
  'amazonaws.com',
  'amazonaws.com.cn',
  'amazonaws.eu',
  'c2s.ic.gov',
  'sc2s.sgov.gov',
  'cloud.adc-e.uk',
  'csp.hci.ic.gov',
];
const HOST = new RegExp(`^sns[.][a-z0-9-]+[.](${SUFFIXES.join('|').replaceAll('.', '[.]')})$`);

/**
 * Returns a URL of SNS itself. Anybody can post a message that names a URL, so nothing else is ever asked.
 * @throws Refusal
 */
export function snsUrl(field: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (
    url?.protocol !== 'https:' ||
    !HOST.test(url.hostname) ||
    url.port !== '' ||
    url.username !== '' ||
    url.password !== ''
  )
    throw new Refusal(`${field} is no https address of sns.<region>.amazonaws.com`);
  return url;
}
