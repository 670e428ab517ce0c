import fc from 'fast-check';
import { RequestWriter } from '../../../../lambdas/prewarm/net/transport-request';
import { anyCharacter } from '../../../support/any-character';

const writer = new RequestWriter('www.example.com');

it('a request has its line, the host, the headers as given and an empty line', () => {
  const headers = { accept: '*/*', 'x-token': 'a b' };
  const first = writer.write({ method: 'GET', path: '/a?b=[1-5]', headers });
  expect(first).toBe(
    'GET /a?b=[1-5] HTTP/1.1\r\nhost: www.example.com\r\naccept: */*\r\nx-token: a b\r\n\r\n',
  );
  expect(writer.write({ method: 'HEAD', path: '/', headers })).toBe(
    first.replace('GET /a?b=[1-5]', 'HEAD /'),
  );
});

it('nothing in a path or header adds a line', () => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter }), fc.string({ unit: anyCharacter }), (path, value) => {
      let written: string;
      try {
        written = writer.write({ method: 'GET', path, headers: { 'x-a': value } });
      } catch (error) {
        expect(error).toHaveProperty('name', 'UnwritableRequest');
        return;
      }
      expect(
        Buffer.from(written, 'latin1')
          .toString('latin1')
          .split(/[\r\n]+/),
      ).toHaveLength(4);
    }),
  );
  expect(() => writer.write({ method: 'GET', path: '/\u010d\u010a', headers: {} })).toThrow('the path');
  expect(() => writer.write({ method: 'GET', path: '/', headers: { 'x-a': 'b\r\nc: d' } })).toThrow('x-a');
});
