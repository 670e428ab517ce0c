import { ContentHashes } from '../../../../../scripts/cli/image/context/content-hashes';
import { encodeRecords } from '../../../../../scripts/cli/image/files/image-state';
import type { ImageKey } from '../../../../../scripts/cli/image/key/image-key';
import { reasonsFromState } from '../../../../../scripts/cli/image/plan/reasons';
import { imageOf } from '../support/build-case';

const DOCKERFILE =
  'FROM scratch AS build\nARG MODE=prod\nCOPY src/ /src/\nRUN make\nFROM scratch\nCOPY --from=build /out /\n';

async function reasonsAfter(edit: (dockerfile: string) => string, content: string) {
  function files(dockerfile: string, text: string) {
    return [
      { path: 'app/Dockerfile', content: dockerfile },
      { path: 'app/src/a.txt', content: text },
    ];
  }
  const before: ImageKey = (await imageOf(files(DOCKERFILE, 'one'))).key;
  const { key, image } = await imageOf(files(edit(DOCKERFILE), content));
  const state = {
    ...{ key: before.key, records: encodeRecords(before.records), ignore: '', target: '' },
    ...{ memo: new ContentHashes().toMemo(0), bases: {} },
  };
  return reasonsFromState(state, { image, records: key.records, ignore: '' }).map(
    ({ kind, name }) => `${kind} ${name}`,
  );
}

describe('the reasons of a plan', () => {
  it('are the files that changed, and nothing that only follows', async () => {
    expect(await reasonsAfter((text) => text, 'two')).toEqual(['file src/a.txt']);
  });

  it('are what widened the key, and not every file that it then covers', async () => {
    expect(await reasonsAfter((text) => `# syntax=other/frontend:1\n${text}`, 'one')).toEqual([
      'instruction Dockerfile',
    ]);
  });

  it('name a step that sees another variable beside the files', async () => {
    expect(await reasonsAfter((text) => text.replace('prod', 'dev'), 'two')).toEqual([
      'file src/a.txt',
      'instruction RUN make',
    ]);
  });
});
