import { BuildProgress } from '../../../../../scripts/cli/image/engine/build-progress';

const EVENTS: readonly object[] = [
  { vertexes: [{ digest: 'sha256:a', name: '[1/2] COPY a /', started: '2026-11-28T00:00:00Z' }] },
  { vertexes: [{ digest: 'sha256:b', name: '[2/2] RUN make', started: '2026-11-28T00:00:01Z' }] },
  { logs: [{ vertex: 'sha256:b', data: Buffer.from('no rule to make target').toString('base64') }] },
  {
    vertexes: [
      {
        ...{ digest: 'sha256:a', name: '[1/2] COPY a /', cached: true },
        ...{ started: '2026-11-28T00:00:00Z', completed: '2026-11-28T00:00:00.250Z' },
      },
      {
        digest: 'sha256:b',
        name: '[2/2] RUN make',
        error: 'exit code: 2',
        completed: '2026-11-28T00:00:03Z',
      },
    ],
  },
];

/** How clients write an event. */
const FORMS: Readonly<Record<string, (event: object) => string>> = {
  'a line': (event) => JSON.stringify(event),
  'several lines, indented, as buildx 0.13 does': (event) => JSON.stringify(event, undefined, 2),
};

describe.each(Object.entries(FORMS))('the progress of a build, each event on %s', (_, written) => {
  function progressOf(): BuildProgress {
    const progress = new BuildProgress();
    for (const event of EVENTS) for (const line of written(event).split('\n')) progress.line(line);
    return progress;
  }

  it('gives the time of every step', () => {
    expect(progressOf().steps()).toEqual([
      { name: '[1/2] COPY a /', durationMs: 250, cached: true },
      { name: '[2/2] RUN make', durationMs: 2_000, cached: false },
    ]);
  });

  it('tells what a failed step said', () => {
    expect(progressOf().failure()).toBe('[2/2] RUN make: exit code: 2\nno rule to make target');
  });
});

test('a client that fails before any step is quoted', () => {
  const progress = new BuildProgress();
  for (const line of ['', 'ERROR: no builder "x" found']) progress.line(line);
  expect(progress.failure()).toBe('ERROR: no builder "x" found');
});
