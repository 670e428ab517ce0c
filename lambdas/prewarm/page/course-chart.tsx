import type { CourseSample } from '../client/course';
import type { RequestView } from '../client/views';
import { OUTCOME_KINDS, type OutcomeKind } from '../engine/model/outcome';
import { outcomeName } from '../engine/report/describe-outcome';
import { count } from '../engine/report/format';
import { TEXTS } from './texts';

const WIDTH = 960;
const HEIGHT = 220;

/** The area between the sum of the kinds below and that with this kind. */
function areaOf(samples: readonly CourseSample[], kinds: readonly OutcomeKind[], index: number): string {
  const start = samples[0]?.at ?? 0;
  const span = Math.max(1, (samples.at(-1)?.at ?? 0) - start);
  const most = Math.max(1, samples.at(-1)?.fetches ?? 0);
  function sumUpTo(sample: CourseSample, end: number): number {
    return kinds.slice(0, end).reduce((sum, kind) => sum + (sample.outcomes[kind] ?? 0), 0);
  }
  function point(sample: CourseSample, end: number): string {
    const x = ((sample.at - start) / span) * WIDTH;
    const y = HEIGHT - (sumUpTo(sample, end) / most) * HEIGHT;
    return `${x.toFixed(1)} ${y.toFixed(1)}`;
  }
  const above = samples.map((sample) => point(sample, index + 1));
  const below = [...samples].reverse().map((sample) => point(sample, index));
  return `M${[...above, ...below].join('L')}Z`;
}

/** What came of the fetches in the course of time, with the latest figures as a list. */
export function CourseChart({
  request,
  samples,
}: {
  readonly request: RequestView;
  readonly samples: readonly CourseSample[];
}) {
  const kinds = OUTCOME_KINDS.filter((kind) => (request.outcomes[kind] ?? 0) > 0);
  if (kinds.length === 0) return <p class="help">{TEXTS.follow.noSamples}</p>;
  return (
    <>
      {samples.length > 1 && (
        <svg
          class="course"
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={TEXTS.follow.outcomesLabel}
        >
          {kinds.map((kind, index) => (
            <path key={kind} class={`o-${kind}`} d={areaOf(samples, kinds, index)} />
          ))}
        </svg>
      )}
      <ul class="legend">
        {kinds.map((kind) => (
          <li key={kind}>
            <svg class="swatch" viewBox="0 0 1 1" aria-hidden="true">
              <rect class={`o-${kind}`} width="1" height="1" />
            </svg>
            {outcomeName(kind, request.verify)} <strong>{count(request.outcomes[kind] ?? 0)}</strong>
          </li>
        ))}
      </ul>
    </>
  );
}
