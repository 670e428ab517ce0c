import type { Log } from '../engine/ports/log';

/** One JSON object per line and event. */
export function jsonLog(output: { write(line: string): unknown }): Log {
  function write(level: string) {
    return (event: string, fields: Readonly<Record<string, unknown>> = {}): void => {
      output.write(`${JSON.stringify({ time: new Date().toISOString(), level, event, ...fields })}\n`);
    };
  }
  return { info: write('info'), warn: write('warn'), error: write('error') };
}
