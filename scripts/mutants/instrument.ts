/** Writes every mutant of some sources into them, each behind a switch, so that one load of the code serves all of them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One small change of a source. */
export interface Mutant {
  readonly id: string;
  /** Path from the root. */
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** What stands there, and what the mutant has in its place. */
  readonly original: string;
  readonly replacement: string;
}

export interface Instrumented {
  readonly mutants: readonly Mutant[];
  /** Sources with their switches, by absolute path. */
  readonly sources: Readonly<Record<string, string>>;
}

// Its messages are of no use here.
const silentLogger = {
  ...{ isTraceEnabled: () => false, isDebugEnabled: () => false, isInfoEnabled: () => false },
  ...{ isWarnEnabled: () => false, isErrorEnabled: () => false, isFatalEnabled: () => false },
  ...{ trace: () => {}, debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, fatal: () => {} },
};

function textAt(lines: readonly string[], start: Position, end: Position): string {
  return lines
    .slice(start.line, end.line + 1)
    .map((line, index, { length }) =>
      line.slice(index === 0 ? start.column : 0, index === length - 1 ? end.column : undefined).trim(),
    )
    .join(' ');
}

interface Position {
  readonly line: number;
  readonly column: number;
}

/** Returns the mutants of the sources; what errors say is left alone, since a test of each word would only repeat it. */
export async function instrument(root: string, paths: readonly string[]): Promise<Instrumented> {
  const { Instrumenter } = await import('@stryker-mutator/instrumenter');
  const originals = new Map(paths.map((path) => [path, readFileSync(join(root, path), 'utf8')]));
  const { files, mutants } = await new Instrumenter(silentLogger).instrument(
    [...originals].map(([name, content]) => ({ name, content, mutate: true })),
    { plugins: null, excludedMutations: ['StringLiteral'], ignorers: [] },
  );
  return {
    mutants: mutants
      .filter(({ status }) => status !== 'Ignored')
      .map(({ id, fileName, location: { start, end }, replacement }) => ({
        id,
        file: fileName,
        line: start.line + 1,
        original: textAt(originals.get(fileName)?.split('\n') ?? [], start, end),
        replacement: replacement.replaceAll(/\s+/g, ' '),
      })),
    sources: Object.fromEntries(files.map(({ name, content }) => [join(root, name), content])),
  };
}
