import * as fc from 'fast-check';
import { decodePage, encodePage } from '../../../../lambdas/prewarm/aws/page-token';
import { InvalidPageToken } from '../../../../lambdas/prewarm/engine/ports/request-store';

const KEY = {
  record_kind: { S: 'request' },
  created_order: { S: '001767322800000#5f0c4a0e-3a55-4c5e-9a5e-0b2f6f0f1a11' },
  req_id: { S: '5f0c4a0e-3a55-4c5e-9a5e-0b2f6f0f1a11' },
};

describe('the token of a page', () => {
  it('leads back to the key where the page ended', () => {
    expect(decodePage(encodePage(KEY))).toEqual(KEY);
  });

  it.each(['', 'x', Buffer.from('{"req_id":"#active"}').toString('base64url'), `${encodePage(KEY)}=`])(
    'is refused where it is %j',
    (token) => {
      expect(() => decodePage(token)).toThrow(InvalidPageToken);
    },
  );

  it('never names a row other than that of a request', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => decodePage(Buffer.from(text).toString('base64url'))).toThrow(InvalidPageToken);
      }),
    );
  });
});
