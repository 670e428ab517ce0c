/** Reads `--progress=rawjson` of buildx: which step took how long, and what a failed one said. */
import * as z from 'zod';

const vertex = z.looseObject({
  digest: z.string(),
  name: z.string().optional(),
  started: z.string().nullish(),
  completed: z.string().nullish(),
  cached: z.boolean().optional(),
  error: z.string().nullish(),
});
const event = z.looseObject({
  vertexes: z.array(vertex).nullish(),
  logs: z.array(z.looseObject({ vertex: z.string(), data: z.string() })).nullish(),
});

export interface BuildStep {
  readonly name: string;
  readonly durationMs: number;
  readonly cached: boolean;
}

interface Seen {
  name: string;
  startedMs: number | undefined;
  completedMs: number | undefined;
  cached: boolean;
  error: string | undefined;
  log: string;
}

const KEPT_LOG = 8_192;

export class BuildProgress {
  private readonly seen = new Map<string, Seen>();
  private readonly plain: string[] = [];
  /** Lines of an event that is not yet complete: buildx 0.13 writes each over several, indented. */
  private readonly open: string[] = [];

  /** Takes one line; one that is no JSON is an error of the client itself. */
  line(text: string): void {
    if (text === '{' || this.open.length > 0) this.open.push(text);
    if (this.open.length === 0) this.event(text);
    else if (text === '}') this.event(this.open.splice(0).join('\n'));
  }

  private event(text: string): void {
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      if (text.trim() !== '') this.plain.push(text.trim());
      return;
    }
    const { data } = event.safeParse(json);
    for (const update of data?.vertexes ?? []) this.update(update);
    for (const log of data?.logs ?? []) {
      const step = this.seen.get(log.vertex);
      if (step) step.log = `${step.log}${Buffer.from(log.data, 'base64').toString('utf8')}`.slice(-KEPT_LOG);
    }
  }

  /** Steps of the Dockerfile in the order in which they began. */
  steps(): readonly BuildStep[] {
    return [...this.seen.values()]
      .filter(({ completedMs, startedMs }) => completedMs !== undefined && startedMs !== undefined)
      .sort((a, b) => (a.startedMs ?? 0) - (b.startedMs ?? 0))
      .map(({ name, startedMs = 0, completedMs = 0, cached }) => ({
        name,
        durationMs: completedMs - startedMs,
        cached,
      }));
  }

  /** What a failed build said, for a person. */
  failure(): string {
    const failed = [...this.seen.values()].find(({ error }) => error !== undefined);
    const said = failed ? [`${failed.name}: ${failed.error}`, failed.log.trim()] : this.plain.slice(-5);
    return said.filter((part) => part !== '').join('\n');
  }

  private update(update: z.infer<typeof vertex>): void {
    const step = this.seen.get(update.digest) ?? {
      name: '',
      startedMs: undefined,
      completedMs: undefined,
      cached: false,
      error: undefined,
      log: '',
    };
    step.name = update.name ?? step.name;
    step.startedMs = update.started ? Date.parse(update.started) : step.startedMs;
    step.completedMs = update.completed ? Date.parse(update.completed) : step.completedMs;
    step.cached ||= update.cached === true;
    step.error = update.error || step.error;
    this.seen.set(update.digest, step);
  }
}
