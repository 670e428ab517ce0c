import * as fc from 'fast-check';
import {
  DOCUMENT_LIMIT_BYTES,
  formatImagesDocument,
  formatWantedDocument,
  type ImagesDocument,
  parseImagesDocument,
  parseWantedDocument,
  RolloutDocumentError,
} from '../../../lambdas/image-rollout/plan/documents';

const digest = fc.array(fc.constantFrom(...'0123456789abcdef'), { minLength: 64, maxLength: 64 });
const reference = digest.map(
  (hex) => `111111111111.dkr.ecr.eu-central-1.amazonaws.com/ai-shell@sha256:${hex.join('')}`,
);
const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,20}$/).filter((text) => text !== 'v');
const slots = fc.record(
  { current: reference, next: reference, previous: reference },
  { requiredKeys: ['current'] },
);
const document: fc.Arbitrary<ImagesDocument> = fc.record(
  {
    wanted: fc.nat(),
    phase: fc.constantFrom('settled', 'fill', 'switch', 'stopped'),
    wave: fc.integer({ min: 0, max: 100 }),
    since: fc.nat(),
    begun: fc.nat(),
    retired: fc.nat(),
    served: fc.nat(),
    previousUntil: fc.nat(),
    reason: fc.constantFrom('digest-missing', 'pull-failed', 'pool-launches'),
    images: fc.dictionary(name, slots, { minKeys: 1, maxKeys: 6, noNullPrototype: true }),
  },
  { requiredKeys: ['wanted', 'phase', 'wave', 'since', 'begun', 'retired', 'images'] },
);

describe('the documents of a rollout', () => {
  it('say after writing and reading what they said before, in characters that need no escape in JSON', () => {
    fc.assert(
      fc.property(document, (before) => {
        const text = formatImagesDocument(before);
        expect(parseImagesDocument(text)).toEqual(before);
        expect(text).not.toMatch(/["\\\n\t]/);
      }),
    );
    fc.assert(
      fc.property(fc.dictionary(name, reference, { noNullPrototype: true }), (images) => {
        expect(parseWantedDocument(formatWantedDocument(images))).toEqual(images);
      }),
    );
  });

  it('are read, or refused with one error of their own, whatever a hand wrote into them', () => {
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom(
        'v=1',
        'v=2',
        'wave=101',
        'wave=-1',
        'phase=fill',
        'shell.current=x',
        'shell=latest',
        '=',
        'a=',
      ),
    );
    fc.assert(
      fc.property(fc.array(word), (words) => {
        for (const parse of [parseImagesDocument, parseWantedDocument]) {
          try {
            parse(words.join(' '));
          } catch (error) {
            expect(error).toBeInstanceOf(RolloutDocumentError);
          }
        }
      }),
    );
  });

  it.each([
    ['a tag instead of a digest', 'v=1 shell=registry.example/shell:latest'],
    [
      'the same name twice',
      `v=1 shell=r.example/a@sha256:${'0'.repeat(64)} shell=r.example/a@sha256:${'1'.repeat(64)}`,
    ],
    ['another version', `v=2 shell=r.example/a@sha256:${'0'.repeat(64)}`],
    ['a name with a dot', `v=1 shell.x=r.example/a@sha256:${'0'.repeat(64)}`],
  ])('refuse %s', (_, text) => {
    expect(() => parseWantedDocument(text)).toThrow(RolloutDocumentError);
  });

  it('refuse an image without current, and more than a parameter holds', () => {
    const next = `shell.next=r.example/a@sha256:${'0'.repeat(64)}`;
    const head = 'v=1 wanted=1 phase=fill wave=1 since=1 begun=1 retired=0';
    expect(() => parseImagesDocument(`${head} ${next}`)).toThrow(RolloutDocumentError);
    const many = Object.fromEntries(
      Array.from({ length: 100 }, (_, index) => [`image-${index}`, `r.example/a@sha256:${'0'.repeat(64)}`]),
    );
    expect(() => formatWantedDocument(many)).toThrow(String(DOCUMENT_LIMIT_BYTES));
  });
});
