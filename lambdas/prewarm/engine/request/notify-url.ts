import { type AddressPolicy, addressRefusal, withoutBrackets } from '../addresses/address-guard';
import { isHostName } from './host-name';
import type { FieldIssue } from './invalid-request';
import { MAX_NOTIFY_URL_LENGTH } from './limits';

/** Returns why a webhook cannot be called; nothing where it can. Its name is resolved and guarded again when it is called. */
function refusal(text: string, policy: AddressPolicy): string | undefined {
  if (text.length > MAX_NOTIFY_URL_LENGTH) return `a URL of ${text.length} characters`;
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return 'text that is not a URL';
  }
  if (url.protocol !== 'https:' && !(policy === 'any' && url.protocol === 'http:')) {
    return `a URL with ${url.protocol}//`;
  }
  if (url.username !== '' || url.password !== '') return 'a URL with a user name or password';
  if (policy === 'any' || isHostName(url.hostname)) return undefined;
  const reason = addressRefusal(withoutBrackets(url.hostname), policy);
  return reason === undefined ? undefined : `a URL whose host is ${reason}`;
}

/** Checks a webhook's URL. Problems are added to `issues` without the URL, whose query may hold a token. */
export function checkNotifyUrl(
  text: string | undefined,
  policy: AddressPolicy,
  issues: FieldIssue[],
): string | undefined {
  if (text === undefined) return undefined;
  const got = refusal(text.trim(), policy);
  if (got === undefined) return text.trim();
  issues.push({
    field: 'notify',
    got,
    allowed: `an https URL of a public host, at most ${MAX_NOTIFY_URL_LENGTH} characters`,
  });
  return undefined;
}
