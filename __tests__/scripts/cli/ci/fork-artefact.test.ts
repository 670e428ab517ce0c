/** What a fork's run leaves is data of a stranger: files of any name, size and kind, and any text in every place of a review. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readReviews, reviewOfStacks } from '../../../../scripts/cli/ci/review-files';
import { renderJson } from '../../../../scripts/cli/review/render/json';
import { renderMarkdown } from '../../../../scripts/cli/review/render/markdown';
import { reviewSyntheses } from '../../../../scripts/cli/review/run-review';
import { writeSynthesis } from './pipeline-checkout';

let folder: string;
let artefact: string;
let honest: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'warmpath-artefact-'));
  for (const side of ['base', 'head']) writeSynthesis(join(folder, side), side);
  const { stacks } = reviewSyntheses([join(folder, 'base'), join(folder, 'head')], {});
  honest = renderJson(reviewOfStacks(stacks));
});

beforeEach(() => {
  artefact = mkdtempSync(join(folder, 'artefact-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('files', () => {
  it('are read wherever they lie, and links are not followed', () => {
    mkdirSync(join(artefact, 'a/b'), { recursive: true });
    writeFileSync(join(artefact, 'a/b/synth.json'), honest);
    writeFileSync(join(folder, 'outside.json'), honest);
    symlinkSync(join(folder, 'outside.json'), join(artefact, 'link.json'));
    symlinkSync(folder, join(artefact, 'folder.json'));
    expect(readReviews(artefact).map(({ name }) => name)).toEqual(['prewarm-prod']);
  });

  it('that are too many or too large are refused before one is read', () => {
    writeFileSync(join(artefact, 'large.json'), '');
    truncateSync(join(artefact, 'large.json'), 65 * 1024 * 1024);
    expect(() => readReviews(artefact)).toThrow(/got 68157440 bytes; allowed 67108864/);
    rmSync(join(artefact, 'large.json'));
    for (let index = 0; index <= 200; index += 1) writeFileSync(join(artefact, `${index}.json`), '');
    expect(() => readReviews(artefact)).toThrow(/got 201 files; allowed 200/);
  });
});

/** Texts that would do something in a comment, were they not shown as they are. */
const TEXTS = [
  '</details></summary><script>alert(1)</script>',
  '<!-- warmpath:review -->',
  '@acme/owners fixes #1, GH-2 and other/repository#3',
  '![x](https://evil.example/p.png) [x](https://evil.example) <https://evil.example>',
  'https://evil.example/ www.evil.example WWW.evil.example me@evil.example',
  '`` ``` ~~~\n\n# Approved\n\n| a | b |\n|---|---|',
  '> [!NOTE]\n- [x] done **bold** _it_ ~~gone~~ $\\href{x}{y}$',
  '\u202Etxt.exe\u001b[31m\u0000\u200b',
];

/** What is left of a text that is Markdown, without what is shown as code. */
function outsideOfCode(markdown: string): string {
  return markdown.replace(/(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g, 'CODE');
}

/** Places of strings in a JSON value, as paths of keys. */
function placesOf(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value === 'string') return [path];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => placesOf(item, [...path, key]));
}

function withText(path: readonly string[], text: string): string {
  const copy: unknown = JSON.parse(honest);
  let at = copy as Record<string, unknown>;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string, unknown>;
  at[path.at(-1) ?? ''] = text;
  return JSON.stringify(copy);
}

it('text in any place of a review is refused, or shown as it is: no tag, link, picture, mention or heading comes of it', () => {
  const shown: string[] = [];
  for (const path of placesOf(JSON.parse(honest)))
    for (const text of TEXTS) {
      writeFileSync(join(artefact, 'synth.json'), withText(path, text));
      try {
        shown.push(outsideOfCode(renderMarkdown(reviewOfStacks(readReviews(artefact)))));
      } catch (error) {
        expect(String(error)).toMatch(/no review; write it with/);
      }
    }
  expect(shown.length).toBeGreaterThan(50);
  const all = [...new Set(shown)].join('\n');
  expect(all).not.toMatch(/(?<!\\)<(?!\/?(?:details(?: open)?|summary|b)>|!-- -->)/);
  expect(all).not.toMatch(/(?<!\\)\]\(|(?<!\\)!\[|(?<!\\):\/\/|www\.|@(?!<!-- -->)|GH-\d|\w#\d/i);
  expect(all).not.toMatch(/^# |\[!NOTE\]/m);
  for (const hidden of '\u202e\u001b\0\u200b') expect(all).not.toContain(hidden);
});
