import type { AnswerHeader } from '../ports';

type Headers = Partial<Record<AnswerHeader, string>>;

const NAMES: readonly AnswerHeader[] = [
  'x-cache',
  'x-amz-cf-pop',
  'x-amz-cf-id',
  'age',
  'via',
  'server',
  'content-length',
  'content-range',
  'content-type',
  'content-encoding',
  'cache-control',
  'location',
  'retry-after',
];

const byLength: (readonly AnswerHeader[] | undefined)[] = [];
for (const name of NAMES) byLength[name.length] = [...(byLength[name.length] ?? []), name];

/**
 * The headers that the domain reads, from undici's flat list of names and values. Runs once per fetch: names of a
 * length that no wanted one has are passed over unread. Of a repeated header the last one counts.
 */
export const pickHeaders = (raw: readonly Buffer[]): Headers => {
  const headers: Headers = {};
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index];
    const candidates = name && byLength[name.length];
    if (!candidates) continue;
    const lower = name.toString('latin1').toLowerCase();
    const value = raw[index + 1];
    if (value)
      for (const wanted of candidates) if (lower === wanted) headers[wanted] = value.toString('latin1');
  }
  return headers;
};
