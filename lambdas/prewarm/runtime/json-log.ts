import type { Log } from '../engine/ports/log';

/** One JSON object per line and event. */
export const jsonLog = (output: { write(line: string): unknown }): Log => {
  const write =
    (level: string) =>
    (event: string, fields: Readonly<Record<string, unknown>> = {}): void => {
      output.write(`${JSON.stringify({ time: new Date().toISOString(), level, event, ...fields })}\n`);
    };
  return { info: write('info'), warn: write('warn'), error: write('error') };
};
