/**
 * Where the bundle of the command line tool is kept, and whether it still is what its sources say. Every start asks this, so it
 * loads little, and reads nothing but times and sizes where nothing changed.
 */
const fs = require('node:fs');
const { dirname, join } = require('node:path');

/** Two changes that are no further apart may leave the same time on a file. */
const TIME_GRANULARITY_MS = 2_000;

/** A bundle that a process uses is marked as such so often, and removed when it has not been for much longer. */
const LEASE_RENEWAL_MS = 3_600_000;
const LEASE_MS = 3 * LEASE_RENEWAL_MS;

function digestOf(content) {
  return require('node:crypto').createHash('sha256').update(content).digest('hex').slice(0, 32);
}

/**
 * Yields the folders that may keep the bundle of a checkout: in the checkout itself, and for one that is read-only or somebody
 * else's, in the temporary folder.
 *
 * @param {string} root folder of the checkout
 */
function* cacheFolders(root) {
  const user = String(process.getuid?.() ?? 'user');
  yield join(root, 'node_modules', '.cache', 'warmpath', user);
  yield join(require('node:os').tmpdir(), `warmpath-${user}`, digestOf(root));
}

/** Returns whether nobody else may write there: what is kept there is run. */
function isPrivate(folder) {
  if (process.getuid === undefined) return true;
  return [dirname(folder), folder].every((path) => {
    const { uid, mode } = fs.lstatSync(path);
    return uid === process.getuid() && (mode & 0o022) === 0;
  });
}

function contentOf(path, stat) {
  return stat.isDirectory() ? fs.readdirSync(path).sort().join('\0') : fs.readFileSync(path);
}

/**
 * Returns what a later start compares of a source: a file, or a folder for the names in it.
 *
 * `ctime`, which no program can set, shows also what copies and checkouts put in place with its old time of modification. What
 * changed just now may change once more without another time: it is `unsettled`, and compared by content.
 */
function observe(path) {
  const stat = fs.statSync(path);
  const { size, mtimeMs, ctimeMs, ino } = stat;
  const isUnsettled = Date.now() - ctimeMs < TIME_GRANULARITY_MS;
  const digest = digestOf(contentOf(path, stat));
  return { size, mtimeMs, ctimeMs, ino, digest, ...(isUnsettled && { unsettled: true }) };
}

function sameTimes(seen, stat) {
  return (
    seen.size === stat.size &&
    seen.ctimeMs === stat.ctimeMs &&
    seen.mtimeMs === stat.mtimeMs &&
    seen.ino === stat.ino
  );
}

/** Returns the observation where it still holds, or the present one of the same content; nothing where the content is another. */
function confirmed(path, seen) {
  if (seen.unsettled !== true && sameTimes(seen, fs.statSync(path))) return seen;
  const now = observe(path);
  return now.digest === seen.digest ? now : undefined;
}

/** Replaces what is known of the bundle in one step; a process that starts meanwhile reads the one or the other. */
function writeRecord(cache, record) {
  const temporary = join(cache, `bundle.json.${process.pid}`);
  fs.writeFileSync(temporary, JSON.stringify(record), { mode: 0o600 });
  fs.renameSync(temporary, join(cache, 'bundle.json'));
}

/**
 * Returns the folder of the bundle where every source of what these arguments can start is what it was made from.
 *
 * @param {string} root folder of the checkout
 * @param {string} cache one of `cacheFolders`
 * @param {readonly string[]} args of the command line
 */
function freshBundle(root, cache, args) {
  try {
    const record = JSON.parse(fs.readFileSync(join(cache, 'bundle.json'), 'utf8'));
    if (record.root !== root || !isPrivate(cache)) return undefined;
    const folder = join(cache, record.folder);
    fs.accessSync(folder);
    const paths = new Set(record.always);
    for (const arg of args) for (const path of record.groups[arg] ?? []) paths.add(path);
    const renewed = {};
    for (const path of paths) {
      const seen = record.sources[path];
      const now = confirmed(`${root}/${path}`, seen);
      if (now === undefined) return undefined;
      if (now !== seen && !(now.unsettled && sameTimes(now, seen))) renewed[path] = now;
    }
    if (Object.keys(renewed).length > 0)
      writeRecord(cache, { ...record, sources: { ...record.sources, ...renewed } });
    return folder;
  } catch {
    // Absent, cut off, a source that is gone: it is made again.
    return undefined;
  }
}

/** Marks a bundle as used while this process runs, so that no other removes what is still to be loaded of it. */
function keepLease(folder) {
  function renew() {
    const now = new Date();
    fs.utimes(folder, now, now, () => {});
  }
  setInterval(renew, LEASE_RENEWAL_MS).unref();
}

/** Removes bundles and leftovers that no process has used for long. */
function removeUnused(cache, used) {
  for (const name of fs.readdirSync(cache)) {
    const path = join(cache, name);
    if (name === 'bundle.json' || path === used) continue;
    const { mtimeMs } = fs.statSync(path, { throwIfNoEntry: false }) ?? { mtimeMs: Number.POSITIVE_INFINITY };
    if (Date.now() - mtimeMs > LEASE_MS) fs.rmSync(path, { recursive: true, force: true });
  }
}

module.exports = {
  cacheFolders,
  digestOf,
  freshBundle,
  isPrivate,
  keepLease,
  observe,
  removeUnused,
  writeRecord,
};
