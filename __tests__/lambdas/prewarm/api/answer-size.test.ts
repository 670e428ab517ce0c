import { finished, notFound } from '../engine/report/report-fixture';
import * as bodies from './bodies';
import { BODY, fakeService, REQUEST_ID } from './fake-application';

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAX_PAYLOAD_BYTES = 6 * 1024 * 1024;

/** Of a function's answer: the body is a text within JSON. */
function payloadBytes(body: string): number {
  return Buffer.byteLength(JSON.stringify({ body }));
}

function numbered(start: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${start}${index}`);
}

describe('an answer that lists URLs', () => {
  it.each([
    ['long', numbered(`ftp://x/${'a'.repeat(8_000)}`, 1_500)],
    ['longer each time they are quoted', numbered(`ftp://x/${'"'.repeat(4_000)}`, 1_500)],
    ['of several bytes per character', numbered(`ftp://x/${'é'.repeat(4_000)}`, 1_500)],
    ['many', numbered(`ftp://x/${'a'.repeat(60)}`, 100_000)],
  ])('fits a function where the invalid ones are %s, and counts the others', async (_, urls) => {
    const { json, text } = await fakeService().call('POST', '/prewarm', { ...BODY, url_list: urls });
    expect(payloadBytes(text)).toBeLessThan(MAX_PAYLOAD_BYTES);
    const { error_urls: listed, error_message: message } = bodies.invalidUrlsBody.parse(json);
    expect(listed.length).toBeGreaterThan(200);
    expect(listed).toEqual(urls.slice(0, listed.length));
    expect(message).toBe(
      `Invalid URLs; ${urls.length - listed.length} more are not listed: the answer would be too long`,
    );
  });

  it('fits a function where sizing could not reach many, and counts the others', async () => {
    const service = fakeService();
    const urls = numbered(`https://a.example/${'a'.repeat(1_000)}`, 9_000);
    service.add({ ...finished({ 'FRA56-P4': [notFound] }).record, failedUrlCount: urls.length });
    service.blobs.set(`${REQUEST_ID}/failed_urls.txt`, urls.join('\n'));
    const { json, text } = await service.call('GET', `/summary?req_id=${REQUEST_ID}`);
    expect(payloadBytes(text)).toBeLessThan(MAX_PAYLOAD_BYTES);
    const { failure_urls: listed, message } = bodies.summaryBody.parse(json);
    expect(listed.length).toBeGreaterThan(3_000);
    expect(listed).toEqual(urls.slice(0, listed.length));
    expect(message).toBe(
      `failure_urls: ${urls.length - listed.length} more are not listed: the answer would be too long`,
    );
  });

  it('names at most 10,000 that sizing could not reach, and says nothing of others where there are none', async () => {
    const service = fakeService();
    async function summary(count: number) {
      service.add({ ...finished({}).record, failedUrlCount: count });
      service.blobs.set(`${REQUEST_ID}/failed_urls.txt`, numbered('https://a.example/', count).join('\n'));
      const { json } = await service.call('GET', `/summary?req_id=${REQUEST_ID}`);
      return { listed: json.failure_urls.length, message: json.message };
    }
    expect(await summary(10_000)).toEqual({ listed: 10_000 });
    expect(await summary(10_001)).toEqual({ listed: 10_000, message: expect.stringMatching(/: 1 more/) });
  });
});
