import { visibleJson } from '../engine/model/visible-text';
import type { Log } from '../engine/ports/log';

/** Characters of one text in a line: a stack trace fits. */
const MAX_TEXT = 4_000;

function bounded(value: unknown): unknown {
  if (typeof value === 'string') return value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}…` : value;
  if (Array.isArray(value)) return value.map(bounded);
  if (typeof value !== 'object' || value === null || 'toJSON' in value) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, bounded(each)]));
}

/** One JSON object per line and event; whatever a text of others holds, it stays in its line and steers no terminal. */
export function jsonLog(output: { write(line: string): unknown }): Log {
  function write(level: string) {
    return (event: string, fields: Readonly<Record<string, unknown>> = {}): void => {
      output.write(
        `${visibleJson({ time: new Date().toISOString(), level, event, ...(bounded(fields) as object) })}\n`,
      );
    };
  }
  return { info: write('info'), warn: write('warn'), error: write('error') };
}
