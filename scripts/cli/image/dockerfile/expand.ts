/**
 * Expansion of variables in words of a Dockerfile: `$NAME`, `${NAME}`, the modifiers `-`, `+`, `?`, with or without a colon, and
 * `#`, `%` with text that has no wildcard.
 */
import { Uncertain } from '../uncertain';

export type Environment = ReadonlyMap<string, string>;

export interface ExpandOptions {
  readonly escapeToken: string;
  /** Whether quotes are removed, as in words; in here-documents they stay. @default true */
  readonly quotes?: boolean;
}

/** What follows `#` or `%` and means itself. */
const PLAIN_PATTERN = /([\w./:@+,-]*)\}/y;
/** More than a process may have as one variable; words that name each other twice over would double without end. */
const MAX_LENGTH = 1_048_576;
const MAX_DEPTH = 100;
const SHOWN_LENGTH = 80;
const NAME = /[A-Za-z_]\w*|\d+|[@*#?\-$!]/y;

/** @throws {Uncertain} for other modifiers, unclosed quotes and braces */
export function expand(word: string, environment: Environment, options: ExpandOptions): string {
  return new Expander(word, environment, options).run();
}

class Expander {
  private at = 0;
  private depth = 0;
  private readonly quotes: boolean;

  constructor(
    private readonly word: string,
    private readonly environment: Environment,
    private readonly options: ExpandOptions,
  ) {
    this.quotes = options.quotes ?? true;
  }

  run(): string {
    return this.until(undefined);
  }

  private notUnderstood(): Uncertain {
    const { word } = this;
    const shown = word.length > SHOWN_LENGTH ? `${word.slice(0, SHOWN_LENGTH)}…` : word;
    return new Uncertain(`${JSON.stringify(shown)} has a substitution that is not understood`);
  }

  private joined(before: string, text: string): string {
    if (before.length + text.length > MAX_LENGTH) throw this.notUnderstood();
    return before + text;
  }

  private until(stop: '}' | undefined): string {
    let out = '';
    while (this.at < this.word.length) {
      const ch = this.word.charAt(this.at);
      if (ch === stop) {
        this.at++;
        return out;
      }
      if (ch === '$') out = this.joined(out, this.dollar());
      else if (this.quotes && ch === "'") out += this.single();
      else if (this.quotes && ch === '"') out += this.double();
      else if (ch === this.options.escapeToken) {
        out += this.word.charAt(this.at + 1);
        this.at += 2;
      } else {
        out += ch;
        this.at++;
      }
    }
    if (stop !== undefined) throw this.notUnderstood();
    return out;
  }

  private single(): string {
    const end = this.word.indexOf("'", this.at + 1);
    if (end < 0) throw this.notUnderstood();
    const text = this.word.slice(this.at + 1, end);
    this.at = end + 1;
    return text;
  }

  private double(): string {
    let out = '';
    this.at++;
    while (this.at < this.word.length) {
      const ch = this.word.charAt(this.at);
      if (ch === '"') {
        this.at++;
        return out;
      }
      if (ch === '$') {
        out = this.joined(out, this.dollar());
        continue;
      }
      this.at++;
      if (ch !== this.options.escapeToken) {
        out += ch;
        continue;
      }
      const next = this.word.charAt(this.at);
      if (next === '"' || next === '$' || next === this.options.escapeToken) {
        out += next;
        this.at++;
      } else if (next !== '') out += ch;
    }
    throw this.notUnderstood();
  }

  private name(): string {
    NAME.lastIndex = this.at;
    const name = NAME.exec(this.word)?.[0] ?? '';
    this.at += name.length;
    return name;
  }

  /** `${NAME#start}` and `${NAME%end}`, doubled or not: without wildcards, all of them take one piece away. */
  private trimmed(value: string, side: '#' | '%'): string {
    if (this.word.charAt(this.at) === side) this.at++;
    PLAIN_PATTERN.lastIndex = this.at;
    const pattern = PLAIN_PATTERN.exec(this.word)?.[1];
    if (pattern === undefined) throw this.notUnderstood();
    this.at = PLAIN_PATTERN.lastIndex;
    if (side === '#') return value.startsWith(pattern) ? value.slice(pattern.length) : value;
    return value.endsWith(pattern) ? value.slice(0, value.length - pattern.length) : value;
  }

  private dollar(): string {
    this.at++;
    if (this.word.charAt(this.at) !== '{') {
      // Letters beyond ASCII may belong to a name.
      if (/[^\0-\x7f]/.test(this.word.charAt(this.at))) throw this.notUnderstood();
      const name = this.name();
      return name === '' ? '$' : (this.environment.get(name) ?? '');
    }
    this.at++;
    const name = this.name();
    const value = this.environment.get(name);
    let modifier = this.word.charAt(this.at++);
    if (modifier === '}' && name !== '') return value ?? '';
    if ((modifier === '#' || modifier === '%') && name !== '') return this.trimmed(value ?? '', modifier);
    const emptyIsUnset = modifier === ':';
    if (emptyIsUnset) modifier = this.word.charAt(this.at++);
    if (name === '' || modifier === '' || !'-+?'.includes(modifier)) throw this.notUnderstood();
    if (++this.depth > MAX_DEPTH) throw this.notUnderstood();
    const alternative = this.until('}');
    this.depth--;
    const isSet = value !== undefined && !(emptyIsUnset && value === '');
    if (modifier === '-') return isSet ? value : alternative;
    if (modifier === '+') return isSet ? alternative : '';
    // The build itself fails where a variable that must be set is not.
    if (!isSet) throw this.notUnderstood();
    return value;
  }
}
