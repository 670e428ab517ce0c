import type { FailureGroupView } from '../client/views';
import { count } from '../engine/report/format';
import { Foreign } from './foreign';
import { TEXTS } from './texts';

const T = TEXTS.follow;
const NAMED_POPS = 6;
const LISTED_URLS = 20;

interface FailuresProps {
  readonly groups: readonly FailureGroupView[];
  readonly isWhole: boolean;
}

/** What failed, by cause: what to do about it, and the URLs. */
export function Failures({ groups, isWhole }: FailuresProps) {
  if (groups.length === 0) return <p class="help">{T.noFailures}</p>;
  return (
    <>
      {!isWhole && <p class="notice">{T.firstFailures}</p>}
      {groups.map(({ cause, outcome, fetches, advice, urls }) => {
        const listed = urls.slice(0, LISTED_URLS);
        const others = fetches - listed.reduce((sum, url) => sum + url.fetches, 0);
        return (
          <article key={`${outcome} ${cause}`} class="failure">
            <h3>
              <Foreign text={cause} /> <small>{T.group(outcome, count(fetches))}</small>
            </h3>
            <p>{advice}</p>
            <ul class="faults">
              {listed.map(({ url, pops, pop_count: popCount }) => (
                <li key={url}>
                  <code>
                    <Foreign text={url} />
                  </code>{' '}
                  <small>
                    {T.through(
                      pops.slice(0, NAMED_POPS).join(', '),
                      count(popCount - Math.min(NAMED_POPS, pops.length)),
                    )}
                  </small>
                </li>
              ))}
            </ul>
            {others > 0 && <p class="help">{T.moreUrls(count(others))}</p>}
          </article>
        );
      })}
    </>
  );
}
