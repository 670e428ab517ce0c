/** Links of every Markdown file: the file is there, and so is the heading. What is on the web is not asked for. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { filesBelow } from '../../scripts/files-below';

const ROOT = join(__dirname, '../..');

const pages = [
  ...readdirSync(ROOT),
  ...['docs', 'modules', 'lambdas', 'scripts', 'examples', 'packaging', '__tests__']
    .flatMap((folder) => filesBelow(join(ROOT, folder)))
    .map((path) => relative(ROOT, path)),
].filter((path) => path.endsWith('.md') && !/\/(golden|node_modules)\//.test(path));

/** Without code, in which brackets are no links and number signs no headings. */
function prose(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8').replaceAll(/^ *```[\s\S]*?^ *```/gm, '');
}

/** Anchors as GitHub makes them of headings: the second of a name ends with `-1`. */
function anchorsOf(page: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of prose(page).matchAll(/^#{1,6} (.+)$/gm)) {
    const plain = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const slug = plain.replaceAll(/[^\p{Letter}\p{Number}\- _]/gu, '').replaceAll(' ', '-');
    let [anchor, repeat] = [slug, 0];
    while (anchors.has(anchor)) anchor = `${slug}-${++repeat}`;
    anchors.add(anchor);
  }
  return anchors;
}

function brokenLinks(page: string): readonly string[] {
  const text = prose(page).replaceAll(/`[^`\n]*`/g, 'code');
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  return targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .filter((target) => {
      const [file = '', anchor] = target.split('#');
      const path = file === '' ? join(ROOT, page) : resolve(ROOT, dirname(page), file);
      if (!existsSync(path)) return true;
      const of = path.endsWith('.md') ? path : join(path, 'README.md');
      return anchor !== undefined && !anchorsOf(relative(ROOT, of)).has(anchor);
    });
}

it.each(pages)('%s links to what is there', (page) => {
  expect(brokenLinks(page)).toEqual([]);
});

it('looks at the pages that people begin with', () => {
  expect(pages).toEqual(
    expect.arrayContaining(['README.md', 'docs/architecture.md', 'modules/prewarm/README.md']),
  );
});
