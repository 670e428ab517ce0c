/** Replays what a real builder said of every edit: no change may be missed, and few builds may be for nothing. */
import { FramedHash } from '../../../../../scripts/cli/image/key/framed-hash';
import type { InputRecord } from '../../../../../scripts/cli/image/key/input-record';
import { materialise } from '../support/build-case';
import { CASES } from './cases';
import { builtForNothing, keyAfter, missedOf, type Replayed, replay } from './replay';

/** Share of the edits that change nothing and are built all the same. */
const MAX_FALSE = 0.3;

/** A part of the key that is left out; what is returned enters it. */
type WithoutPart = (record: InputRecord) => readonly string[] | undefined;

function withoutField(index: number, ...types: readonly string[]): WithoutPart {
  return ({ kind, fields }) =>
    kind === 'file' && types.includes(fields[1] ?? '') ? fields.filter((_, at) => at !== index) : fields;
}

function withoutKind(dropped: string): WithoutPart {
  return ({ kind, fields }) => (kind === dropped ? undefined : fields);
}

const PARTS: Readonly<Record<string, WithoutPart>> = {
  'names of files': withoutField(0, 'file'),
  'permission bits of files': withoutField(2, 'file'),
  'content of files': withoutField(3, 'file'),
  'hard links': withoutField(4, 'file'),
  'text of links': withoutField(2, 'link'),
  'permission bits of folders': withoutField(2, 'folder'),
  folders: ({ kind, fields }) => (kind === 'file' && fields[1] === 'folder' ? undefined : fields),
  'base images': withoutKind('base'),
  arguments: withoutKind('arg'),
  instructions: withoutKind('instruction'),
  platforms: withoutKind('platform'),
};

describe('the key against recorded builds', () => {
  let all: readonly Replayed[] = [];
  let partial: ReadonlyMap<string, readonly Replayed[]> = new Map();

  beforeAll(async () => {
    // Keys of every kind are made from the same records, so that each context is laid out and read once.
    const made = await replay(async (folder, edit) => {
      const { key, records } = await keyAfter(folder, edit);
      const parts = Object.values(PARTS).map((part) => {
        const hash = new FramedHash();
        for (const record of records) hash.add(part(record) ?? []);
        return hash.hex();
      });
      return [key, ...parts].join(' ');
    });
    function column(index: number): readonly Replayed[] {
      return made.map((result) => ({
        ...result,
        before: result.before.split(' ')[index] ?? '',
        after: result.after.split(' ')[index] ?? '',
      }));
    }
    all = column(0);
    partial = new Map(Object.keys(PARTS).map((name, index) => [name, column(index + 1)]));
  });

  it('knows at least 200 edits of at least 8 kinds of context', () => {
    expect(CASES.length).toBeGreaterThanOrEqual(8);
    expect(all.length).toBeGreaterThanOrEqual(200);
    expect(all.filter(({ changed }) => changed).length).toBeGreaterThan(100);
    expect(all.filter(({ changed }) => !changed).length).toBeGreaterThan(100);
  });

  it('misses no change', () => {
    expect(missedOf(all)).toEqual([]);
  });

  it('builds at most three of ten edits for nothing', () => {
    const unchanged = all.filter(({ changed }) => !changed).length;
    expect(builtForNothing(all).length / unchanged).toBeLessThanOrEqual(MAX_FALSE);
  });

  it.each(Object.keys(PARTS))('would miss changes without %s', (part) => {
    expect(missedOf(partial.get(part) ?? [])).not.toEqual([]);
  });

  it('is the same wherever the folder lies, and covers the whole context in none of these cases', async () => {
    for (const given of CASES) {
      const [one, two] = [await keyAfter(materialise(given)), await keyAfter(materialise(given))];
      expect(one.key).toBe(two.key);
      expect(one.widened).toEqual([]);
    }
  });
});
