/** One step into a value: a key of an object, a place in a list, or a block of a list by what identifies it. */
export type Step = string | number | { readonly identity: string };

export type Path = readonly Step[];

/** Returns a path as Terraform writes it: `tags["a.b"]`, `setting[0].value`, `container["shell"].image`. */
export function formatPath(path: Path): string {
  return path.map(formatStep).join('').replace(/^\./, '');
}

function formatStep(step: Step): string {
  if (typeof step === 'number') return `[${step}]`;
  if (typeof step !== 'string') return `[${JSON.stringify(step.identity)}]`;
  return /^[\p{L}_][\p{L}\p{N}_-]*$/u.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
}

/** Returns the name by which people speak of the value: of `environment["DB_URL"].value` it is `DB_URL`. */
export function nameOf(path: Path): string {
  for (let at = path.length - 1; at >= 0; at -= 1) {
    const step = path[at];
    if (typeof step === 'string' && !/^(?:value|values|default_value)$/i.test(step)) return step;
    if (typeof step === 'object') return step.identity;
  }
  return '';
}
