import { Refusal } from './refusal';

const HOST = /^sns\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$/;

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
