/** Wraps text in colour codes; without colours it returns the text as it is. */
export interface Paint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
}

interface MaybeTerminal {
  readonly isTTY?: boolean;
  readonly hasColors?: () => boolean;
}

function style(on: boolean, open: number, close: number) {
  return (text: string) => (on ? `\u001b[${open}m${text}\u001b[${close}m` : text);
}

/** Colours for a stream: only on a terminal, and not where `NO_COLOR` is set (https://no-color.org). */
export function paintFor(stream: MaybeTerminal, env: NodeJS.ProcessEnv = process.env): Paint {
  const on = stream.isTTY === true && !env['NO_COLOR'] && (stream.hasColors?.() ?? true);
  return {
    bold: style(on, 1, 22),
    dim: style(on, 2, 22),
    red: style(on, 31, 39),
    green: style(on, 32, 39),
    yellow: style(on, 33, 39),
    cyan: style(on, 36, 39),
  };
}
