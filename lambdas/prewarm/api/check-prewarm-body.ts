import type { RequestSpec } from '../domain/request';
import type { HostRule } from '../domain/request-parsing/host-rule';
import { MAX_URLS } from '../domain/request-parsing/limits';
import { normaliseRequest, type RequestContext } from '../domain/request-parsing/normalise-request';
import { checkedUrls } from '../domain/request-parsing/normalise-urls';
import { readPrewarmBody } from './read-prewarm-body';

export interface CheckContext extends RequestContext {
  /**
   * Most URLs in the body.
   * @default 1,000,000
   */
  readonly maxUrls?: number;
}

/** A body that is right as far as it is known before its URLs are read. */
export interface CheckedBody {
  readonly spec: RequestSpec;
  /** Which hosts URLs may have; for lists that come from elsewhere than the body. */
  readonly hosts: HostRule;
  /** Lines of `url_list`, duplicates included. */
  readonly urlCount: number;
  /** The normalised URLs of `url_list`; throws InvalidUrls at its end when any was bad, with all bad ones. */
  readonly urls: AsyncIterable<string>;
}

/**
 * From the parsed JSON of a body to what the engine takes.
 * @throws InvalidRequest that names everything that is wrong with the fields
 */
export const checkPrewarmBody = async (json: unknown, context: CheckContext): Promise<CheckedBody> => {
  const { body, issues } = readPrewarmBody(json);
  const lines = body.url_list ?? [];
  const maxUrls = context.maxUrls ?? MAX_URLS;
  const tooMany =
    lines.length > maxUrls
      ? [{ field: 'url_list', got: `${lines.length} URLs`, allowed: `at most ${maxUrls}` }]
      : [];
  const { spec, hosts } = await normaliseRequest(body, context, [...issues, ...tooMany]);
  return { spec, hosts, urlCount: lines.length, urls: checkedUrls(lines, { hosts, maxUrls }) };
};
