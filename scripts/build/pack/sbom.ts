import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { license, version } from '../../../package.json';
import { repositoryRoot } from '../functions';
import { PackError, run } from './run';
import type { IncludedPackage } from './third-party';

/** Libraries in C++ that are compiled into the native store. */
const COMPILED_IN: Readonly<Record<string, readonly object[]>> = {
  'classic-level': [
    compiled('leveldb', '1.20', 'google/leveldb'),
    compiled('snappy', '1.1.4', 'google/snappy'),
  ],
};

const lockFile = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      resolved: z.string().optional(),
      integrity: z.string().optional(),
      license: z.string().optional(),
    }),
  ),
});
/** Of what npm prints, the parts that are looked at. */
interface CycloneDx {
  readonly serialNumber?: string;
  readonly metadata: { readonly timestamp?: string };
  readonly components: readonly { readonly name: string }[];
}

function compiled(name: string, of: string, repository: string): object {
  return {
    'bom-ref': `${name}@${of}`,
    type: 'library',
    name,
    version: of,
    scope: 'required',
    purl: `pkg:github/${repository}@${of}`,
    licenses: [{ license: { id: 'BSD-3-Clause' } }],
  };
}

/** Returns package and lock file of a package that depends on just what is inside it, in the versions that this checkout has. */
function asDependencies(name: string, packages: readonly IncludedPackage[]) {
  const known = lockFile.parse(JSON.parse(readFileSync(join(repositoryRoot, 'package-lock.json'), 'utf8')));
  const entries = packages.map(({ path, version: installed, license: given }) => {
    const locked = known.packages[path];
    if (locked?.version !== installed)
      throw new PackError(`${path}: got ${installed}, but the lock file has ${locked?.version}; run npm ci`);
    return [path, { ...locked, license: given }] as const;
  });
  const root = {
    name,
    version,
    license,
    dependencies: Object.fromEntries(packages.map((each) => [each.name, each.version])),
  };
  const lock = { name, version, lockfileVersion: 3, packages: { '': root, ...Object.fromEntries(entries) } };
  return { 'package.json': root, 'package-lock.json': lock };
}

/** npm names each document by chance and time. Here equal content has one name; without any, GitHub attests none. */
function serialNumber(content: object): string {
  const hex = createHash('sha256').update(JSON.stringify(content)).digest('hex');
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  const groups = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
  ];
  return `urn:uuid:${groups.join('-')}-${hex.slice(20, 32)}`;
}

/**
 * Writes `<name>-<version>.cdx.json`, what is inside a package as CycloneDX. A bundle has no dependencies that npm could see, so npm
 * is shown a lock file that names what esbuild put into it.
 */
export function writeSbom(folder: string, name: string, packages: readonly IncludedPackage[]): void {
  const scratch = mkdtempSync(join(tmpdir(), 'warmpath-sbom-'));
  try {
    // npm calls the document's subject by the folder.
    const root = join(scratch, name);
    mkdirSync(root);
    for (const [file, content] of Object.entries(asDependencies(name, packages)))
      writeFileSync(join(root, file), JSON.stringify(content));
    const written = run('npm', ['sbom', '--sbom-format=cyclonedx', '--package-lock-only'], { cwd: root });
    const { serialNumber: _, ...document }: CycloneDx = JSON.parse(written);
    const { timestamp: _time, ...metadata } = document.metadata;
    const components = document.components.flatMap((each) => [each, ...(COMPILED_IN[each.name] ?? [])]);
    const content = { ...document, metadata, components };
    const file = join(folder, `${name}-${version}.cdx.json`);
    writeFileSync(file, `${JSON.stringify({ ...content, serialNumber: serialNumber(content) }, null, 2)}\n`);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
