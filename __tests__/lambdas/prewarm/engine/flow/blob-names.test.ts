import * as names from '../../../../../lambdas/prewarm/engine/flow/blob-names';
import { popCode, requestId, sliceId } from '../../../../../lambdas/prewarm/engine/model/ids';
import { REPORT_NAMES } from '../../../../../lambdas/prewarm/engine/model/request-blobs';

const ID = requestId('5f0c4a0e-3a55-4c5e-9a5e-0b2f6f0f1a11');

describe('the names of a request’s blobs', () => {
  it.each([
    names.originalUrlsKey(ID),
    names.urlsKey(ID),
    names.failedUrlsKey(ID),
    names.expandedUrlsKey(ID, 'mabc1-x2'),
    names.foundUrlsKey(ID, 'mabc1-x2'),
    names.expansionKey(ID, 'mabc1-x2'),
    names.sizesKey(ID, 'mabc1-x2', 1_234_567),
    names.unreachedUrlsKey(ID, 'mabc1-x2'),
    names.segmentsKey(ID, 'mabc1-x2'),
    names.failuresKey(ID, sliceId(popCode('FRA56-P4'), 12), 'mabc1-x2'),
    ...Object.values(REPORT_NAMES).map((name) => `${ID}/${name}`),
  ])('are known again: %s', (key) => {
    expect(names.isRequestBlob(key)).toBe(true);
  });

  it.each([
    `${ID}/notes.md`,
    `${ID}/sizing/urls.txt`,
    `${ID}/failures/original_urls.txt`,
    'sha256/layer',
    'original_urls.txt',
    `lists/${ID}.txt`,
    `${ID.toUpperCase()}/original_urls.txt`,
  ])('are no other names: %s', (key) => {
    expect(names.isRequestBlob(key)).toBe(false);
  });
});
