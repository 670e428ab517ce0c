import { visibleText } from '../../../../lambdas/prewarm/engine/model/visible-text';
import { paintFor } from '../../terminal/paint';
import type { PlannedImage } from '../plan/plan-image';
import type { Reason } from '../plan/reasons';

const MAX_LINES = 20;

/** The plan for a person: a line per image, below it what changed. `offline`: it was compared with the lock. */
export function renderPlan(planned: readonly PlannedImage[], offline: boolean): string {
  const paint = paintFor(process.stdout);
  const lines = planned.flatMap(({ image, decision, key, digest, reasons, warnings }) => {
    const verdict = decision === 'skip' ? paint.green('skip ') : paint.yellow('build');
    const where = digest === undefined ? '' : `  ${digest.slice(0, 19)}`;
    return [
      `${verdict}  ${paint.bold(image.name)}  ${image.repository}:${key.tag}${where}`,
      ...first(reasons, (reason) => describe(reason, offline)),
      ...first(key.widened, ({ line, reason }) => `${atLine(line)}${reason}`, 'whole context: '),
      ...first(warnings, ({ line, reason }) => `${atLine(line)}${reason}`, `${paint.yellow('warning')}: `),
    ];
  });
  return `${lines.join('\n')}\n`;
}

/** The first of many, a line for each, and how many there are besides. */
function first<T>(items: readonly T[], tell: (item: T) => string, lead = ''): readonly string[] {
  const more = items.length - MAX_LINES;
  return [
    ...items.slice(0, MAX_LINES).map((item) => `         ${lead}${visibleText(tell(item))}`),
    ...(more > 0 ? [`         and ${more} more`] : []),
  ];
}

function atLine(line: number): string {
  return line > 0 ? `line ${line}: ` : '';
}

function describe({ kind, name, line, from, to }: Reason, offline: boolean): string {
  const where = line === null ? '' : ` (line ${line})`;
  if (kind === 'absent') return `${offline ? 'not in the lock' : 'no image in the registry'}: ${name}`;
  if (from === null && to === null) return `${kind} ${name} changed${where}`;
  if (from === null) return `${kind} ${name} is new${where}`;
  if (to === null) return `${kind} ${name} is gone${where}`;
  if (kind === 'instruction' && from === name) return `instruction ${name} takes other inputs${where}`;
  return `${kind} ${kind === 'instruction' ? '' : `${name}: `}${short(from)} -> ${short(to)}${where}`;
}

function short(text: string): string {
  return text.replace(/sha256:([0-9a-f]{12})[0-9a-f]{52}/g, 'sha256:$1');
}
