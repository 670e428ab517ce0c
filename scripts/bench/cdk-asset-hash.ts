import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, posix, relative } from 'node:path';
import { readImagesFile } from '../cli/image/files/images-file';
import { formatPlatform } from '../cli/image/key/platforms';

/** What is measured. A dependency would add 200 MB to every checkout for one column of one bench. */
const PACKAGE = 'aws-cdk-lib@2.276.0';
const INSTALL_BOUND_MS = 300_000;

interface AssetProps {
  readonly directory: string;
  readonly file: string;
  readonly target: string | undefined;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly buildContexts: Readonly<Record<string, string>>;
  readonly platform: unknown;
}

/** Of the AWS CDK what is used here. */
interface Cdk {
  readonly App: new (props: { readonly outdir: string }) => object;
  readonly Stack: new (app: object) => object;
}
interface CdkAssets {
  readonly DockerImageAsset: new (
    scope: object,
    id: string,
    props: AssetProps,
  ) => { readonly assetHash: string };
  readonly Platform: { custom(name: string): unknown };
}

/** The code of the AWS CDK itself: the hash that it gives an image, or `refused` where it takes no such context. */
export class CdkAssetHash {
  private constructor(private readonly folder: string) {}

  /** @throws {Error} where the package cannot be installed, as without a registry */
  static install(): CdkAssetHash {
    const folder = mkdtempSync(join(tmpdir(), 'warmpath-bench-cdk-'));
    try {
      writeFileSync(join(folder, 'package.json'), '{"private":true}');
      const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'];
      execFileSync('npm', ['install', ...quiet, PACKAGE], {
        cwd: folder,
        stdio: ['ignore', 'ignore', 'pipe'],
        timeout: INSTALL_BOUND_MS,
      });
      return new CdkAssetHash(folder);
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** Hash of the one image of a folder. */
  of(folder: string): string {
    const [image] = readImagesFile(join(folder, 'images.json')).images;
    if (!image) throw new Error('no image');
    const load = createRequire(join(this.folder, 'package.json'));
    const { App, Stack }: Cdk = load('aws-cdk-lib');
    const { DockerImageAsset, Platform }: CdkAssets = load('aws-cdk-lib/aws-ecr-assets');
    const outdir = mkdtempSync(join(this.folder, 'out-'));
    try {
      const { assetHash } = new DockerImageAsset(new Stack(new App({ outdir })), 'image', {
        directory: image.context,
        file: relative(image.context, image.dockerfile),
        target: image.target,
        buildArgs: Object.fromEntries(image.args),
        buildContexts: Object.fromEntries(
          [...image.contexts].map(([name, path]) => [name, posix.basename(path)]),
        ),
        platform: Platform.custom(image.platforms.map(formatPlatform).join()),
      });
      return assetHash;
    } catch {
      return 'refused';
    } finally {
      rmSync(outdir, { recursive: true, force: true });
    }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
