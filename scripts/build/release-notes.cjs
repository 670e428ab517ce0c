/**
 * Prints what CHANGELOG.md says of a version, for the release of its tag: `node scripts/build/release-notes.cjs v0.2.0`. Ends with 1 where
 * the tag is not of the version in package.json, or the entry has no date yet: nothing is released by mistake.
 */
const { readFileSync } = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '..', '..');

/** @returns {{ version: string, date: string, text: string }[]} the entries of a changelog in the form of keepachangelog.com */
function entriesOf(changelog) {
  return changelog
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [head = '', ...lines] = section.split('\n');
      const [, version = head, date = ''] = /^\[([^\]]+)\](?: - (.+))?$/.exec(head) ?? [];
      return { version, date, text: lines.join('\n').trim() };
    });
}

/** @throws {Error} that says why there are no notes for the tag */
function releaseNotes(tag, version, changelog) {
  if (tag !== `v${version}`)
    throw new Error(`got the tag ${tag}; allowed: v${version}, the version in package.json`);
  const entry = entriesOf(changelog).find((each) => each.version === version);
  if (entry === undefined) throw new Error(`CHANGELOG.md has no entry [${version}]; write one`);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(entry.date))
    throw new Error(
      `CHANGELOG.md: got [${version}] - ${entry.date}; allowed: the day of the release, as 2026-01-31`,
    );
  return `${entry.text}\n`;
}

module.exports = { entriesOf, releaseNotes };

if (require.main === module) {
  try {
    const { version } = require('../../package.json');
    process.stdout.write(
      releaseNotes(process.argv[2], version, readFileSync(join(root, 'CHANGELOG.md'), 'utf8')),
    );
  } catch (error) {
    process.stderr.write(`release-notes: ${error.message}\n`);
    process.exitCode = 1;
  }
}
