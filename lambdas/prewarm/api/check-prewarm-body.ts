import { setImmediate } from 'node:timers/promises';
import type { RequestSpec } from '../engine/model/request';
import type { HostRule } from '../engine/request/host-rule';
import type { FieldIssue } from '../engine/request/invalid-request';
import { MAX_INLINE_URLS, MAX_URLS } from '../engine/request/limits';
import { normaliseRequest, type RequestContext } from '../engine/request/normalise-request';
import { checkedUrls } from '../engine/request/normalise-urls';
import type { PrewarmBody } from '../engine/request/request-body';
import { urlSelection } from '../engine/request/url-patterns';
import { readPrewarmBody } from './read-prewarm-body';

export interface CheckContext extends RequestContext {
  /**
   * Most URLs in the body itself.
   * @default 100,000
   */
  readonly maxInlineUrls?: number;
  /**
   * Most URLs of an uploaded list.
   * @default 1,000,000
   */
  readonly maxUrls?: number;
  /**
   * The lines of a list that was uploaded.
   * @default - lists cannot be uploaded
   */
  readonly openList?: (listId: string) => AsyncIterable<string>;
  /**
   * What becomes of fields that are not known, and of a `need_invalidate` that is neither true nor false. `ignore`, with a
   * warning, as the compatible API does; `refuse` tells a misspelt field at once.
   * @default 'refuse'
   */
  readonly unknownFields?: 'ignore' | 'refuse';
}

/** A body whose fields are valid; its URLs are checked while they are read. */
export interface CheckedBody {
  readonly spec: RequestSpec;
  /** Which hosts URLs may have; for lists that come from elsewhere than the body. */
  readonly hosts: HostRule;
  /** Lines of `url_list`, duplicates included. */
  readonly urlCount: number;
  /** The normalised URLs of `url_list`; throws InvalidUrls at its end when any was bad. */
  readonly urls: AsyncIterable<string>;
  /** Fields that were ignored or read in another way than written, and PoPs whose place is not known, a sentence each. */
  readonly warnings: readonly string[];
}

/**
 * From the parsed JSON of a body to what the engine takes.
 * @throws InvalidRequest that names everything that is wrong with the fields
 */
export async function checkPrewarmBody(json: unknown, context: CheckContext): Promise<CheckedBody> {
  const { body, issues, warnings } = readPrewarmBody(json, context.unknownFields);
  const lines = body.url_list ?? [];
  const { maxInlineUrls = MAX_INLINE_URLS, maxUrls = MAX_URLS } = context;
  const tooMany =
    lines.length > maxInlineUrls
      ? [
          {
            field: 'url_list',
            got: `${lines.length} URLs`,
            allowed: `at most ${maxInlineUrls} in a body`,
            hint: `upload a longer one, up to ${maxUrls} URLs: POST /lists, then list_id`,
          },
        ]
      : [];
  const { list_id: listId } = body;
  const otherList = listId === undefined ? context.otherList : () => context.openList?.(listId) ?? [];
  const { spec, hosts } = await normaliseRequest(body, { ...context, otherList }, [
    ...issues,
    ...tooMany,
    ...listIssues(body, context),
  ]);
  return {
    spec,
    hosts,
    warnings: [...warnings, ...unplacedPops(spec, context)],
    urlCount: lines.length,
    urls: checkedUrls(inTurns(listId === undefined ? lines : (otherList?.() ?? [])), {
      hosts,
      maxUrls,
      isSelected: urlSelection(spec),
    }),
  };
}

/** Lines after which other requests get their turn. */
const LINES_PER_TURN = 1_000;

/**
 * Yields the lines, and lets others have their turn: an international name takes a hundred times as long to check as another,
 * and nobody shall wait for a whole list.
 */
async function* inTurns(lines: AsyncIterable<string> | Iterable<string>): AsyncGenerator<string> {
  let count = 0;
  for await (const line of lines) {
    yield line;
    count += 1;
    if (count % LINES_PER_TURN === 0) await setImmediate();
  }
}

/** PoPs whose airport is not known: DNS has them, so they are warmed, but they stand on no map. */
function unplacedPops({ pops }: RequestSpec, { directory }: CheckContext): readonly string[] {
  return pops
    .filter((code) => directory.find(code) === undefined)
    .map((code) => `${code}: its airport is not known; DNS has an address for it, so it is taken`);
}

function listIssues(body: PrewarmBody, context: CheckContext): readonly FieldIssue[] {
  if (body.list_id === undefined) return [];
  if (context.openList === undefined)
    return [
      {
        field: 'list_id',
        got: 'a list_id',
        allowed: 'nothing: lists are not uploaded here',
        hint: 'put the URLs into url_list',
      },
    ];
  if (body.url_list === undefined) return [];
  return [{ field: 'list_id', got: 'list_id and url_list', allowed: 'one of them', hint: 'leave one out' }];
}
