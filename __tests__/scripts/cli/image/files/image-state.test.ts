import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ContentHashes } from '../../../../../scripts/cli/image/context/content-hashes';
import {
  encodeRecords,
  type ImageState,
  readState,
  recordsOf,
  statePath,
  writeState,
} from '../../../../../scripts/cli/image/files/image-state';
import type { InputRecord } from '../../../../../scripts/cli/image/key/input-record';

const RECORDS: readonly InputRecord[] = [
  {
    kind: 'file',
    group: 'COPY .',
    name: 'a\nb',
    line: 2,
    fields: ['a\nb', 'file', '644', 'f'.repeat(64), ''],
  },
];
const STATE: ImageState = {
  key: 'a'.repeat(64),
  records: encodeRecords(RECORDS),
  ignore: '',
  target: '',
  memo: new ContentHashes().toMemo(1),
  bases: {},
};

describe('the state of an image', () => {
  const folder = mkdtempSync(join(tmpdir(), 'warmpath-state-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function readBack(): ImageState {
    const found = readState(folder, 'app');
    if (!found) throw new Error('no state');
    return found;
  }

  it('is read as it was written, and stays the same when it is written again', () => {
    writeState(folder, 'app', STATE);
    const text = readFileSync(statePath(folder, 'app'), 'utf8');
    expect(readBack()).toMatchObject(STATE);
    expect(recordsOf(readBack())).toEqual(RECORDS);
    writeState(folder, 'app', readBack());
    expect(readFileSync(statePath(folder, 'app'), 'utf8')).toBe(text);
  });

  it.each(['', '{', '{}\n[]', 'null\n[]', '{"version":1}\n[]'])('is lost where the file says %j', (text) => {
    writeFileSync(statePath(folder, 'app'), text);
    expect(readState(folder, 'app')).toBeUndefined();
  });

  it.each(['', '[', '{}', '[{}]', '[null]'])('has no inputs to compare with where they are %j', (records) => {
    writeState(folder, 'app', { ...STATE, records: Buffer.from(records) });
    expect(readBack().key).toBe(STATE.key);
    expect(recordsOf(readBack())).toBeUndefined();
  });
});
