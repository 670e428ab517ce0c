import { type Meaning, type MeaningContext, NO_MEANING, sentencesOnly } from './context';

const VARIABLE =
  /(?:^|\.)(?:environment|environment_variables?|env|variables)(?:\.([\p{L}_][\p{L}\p{N}_-]*)|\["([^"]+)"\])(?:\.value)?$/u;

/** Which environment variables change, by name: their values may be secrets. */
export function environmentMeaning({ action, attributes }: MeaningContext): Meaning {
  if (action.kind !== 'update' && action.kind !== 'replace') return NO_MEANING;
  const changes = { changed: new Set<string>(), added: new Set<string>(), removed: new Set<string>() };
  for (const { path, before, after, isUnknown } of attributes) {
    const name = variableAt(path);
    if (name === undefined) continue;
    const kind = before === undefined ? 'added' : after === undefined && !isUnknown ? 'removed' : 'changed';
    changes[kind].add(name);
  }
  return sentencesOnly(
    Object.entries(changes)
      .filter(([, names]) => names.size > 0)
      .map(([kind, names]) => `environment variables ${kind}: ${[...names].slice(0, 20).join(', ')}`),
  );
}

/** Returns the name of the environment variable that a path leads to; undefined where it leads to none. */
export function variableAt(path: string): string | undefined {
  if (!path.includes('env') && !path.includes('variables')) return undefined;
  const [, plain, quoted] = VARIABLE.exec(path) ?? [];
  return plain ?? quoted;
}
