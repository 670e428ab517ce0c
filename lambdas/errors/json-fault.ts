import { WarmpathError } from './warmpath-error';

/** A scalar that is no string. */
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const BLANKS = /[ \t\n\r]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/** Where reading the text as JSON cannot go on. */
class Fault extends WarmpathError {
  override readonly name = 'Fault';
  constructor(readonly offset: number) {
    super('BAD_INPUT', `no JSON at character ${offset}`);
  }
}

/** Reads JSON without making anything of it, up to where it is none. */
class JsonScanner {
  private at = 0;
  /** Ends of the objects and arrays that are open. */
  private readonly ends: ('}' | ']')[] = [];

  constructor(private readonly text: string) {}

  /** @throws Fault where the text is no JSON */
  scan(): void {
    do this.value();
    while (this.hasMore());
    if (this.at < this.text.length) throw new Fault(this.at);
  }

  private match(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    if (!pattern.test(this.text)) return false;
    this.at = pattern.lastIndex;
    return true;
  }

  private takes(character: string): boolean {
    if (this.text[this.at] !== character) return false;
    this.at += 1;
    this.match(BLANKS);
    return true;
  }

  /** Reads up to the end of a value, or into the first value of what it opens. */
  private value(): void {
    for (;;) {
      this.match(BLANKS);
      const character = this.text[this.at];
      if (character === '{' || character === '[') {
        this.takes(character);
        const end = character === '{' ? '}' : ']';
        if (this.takes(end)) return;
        this.ends.push(end);
        if (end === '}') this.key();
        continue;
      }
      if (character === '"') this.string();
      else if (!this.match(SCALAR)) throw new Fault(this.at);
      return;
    }
  }

  /** Reads what follows a value; true where another one is to come. */
  private hasMore(): boolean {
    this.match(BLANKS);
    for (let end = this.ends.at(-1); end !== undefined; end = this.ends.at(-1)) {
      if (this.takes(',')) {
        if (end === '}') this.key();
        return true;
      }
      if (!this.takes(end)) throw new Fault(this.at);
      this.ends.pop();
    }
    return false;
  }

  private key(): void {
    if (this.text[this.at] !== '"') throw new Fault(this.at);
    this.string();
    this.match(BLANKS);
    if (!this.takes(':')) throw new Fault(this.at);
  }

  private string(): void {
    for (this.at += 1; this.text[this.at] !== '"'; ) {
      const code = this.text.charCodeAt(this.at);
      // Past the end there is no code.
      if (Number.isNaN(code) || code < 0x20) throw new Fault(this.at);
      if (code !== 0x5c) this.at += 1;
      else if (!this.match(ESCAPE)) throw new Fault(this.at);
    }
    this.at += 1;
  }
}

/**
 * Returns where a text stops being JSON, such as `line 3, column 14`, and nothing of what stands there: the messages of the
 * parser quote what is near, which may be a secret. Nothing where it is JSON.
 */
export function jsonFault(text: string): string | undefined {
  try {
    new JsonScanner(text).scan();
    return undefined;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const before = text.slice(0, error.offset);
    const lines = before.split('\n');
    return `line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1}`;
  }
}

/**
 * Parses JSON as `JSON.parse` does, but for the error: it says where the text stops being JSON and quotes nothing of it, since what
 * stands there may be a secret and errors are logged.
 * @throws SyntaxError
 */
export function parseJson(text: string): ReturnType<typeof JSON.parse> {
  try {
    return JSON.parse(text);
  } catch {
    throw new SyntaxError(`it is no JSON from ${jsonFault(text) ?? 'its beginning'} on`);
  }
}

/** Returns true for a value that is an object in JSON: neither a list nor `null`. */
export function isJsonObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
