import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readImagesFile } from '../../../../../scripts/cli/image/files/images-file';
import { RegistryClient } from '../../../../../scripts/cli/image/registry/registry-client';
import { pushImage } from '../../../../../scripts/cli/image/release/push-image';

const THERE = `sha256:${'1'.repeat(64)}`;

/** A registry that has every blob, and answers a tag by `head` and `put`. */
async function startRegistry(answers: { head: () => string | undefined; put: () => string | undefined }) {
  const puts: string[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    const path = request.url ?? '';
    request.resume();
    if (path.includes('/blobs/')) return response.writeHead(200).end();
    if (request.method === 'HEAD') {
      const digest = answers.head();
      return response.writeHead(digest ? 200 : 404, digest ? { 'docker-content-digest': digest } : {}).end();
    }
    puts.push(path);
    const code = path.includes('/manifests/k-') ? answers.put() : undefined;
    return response.writeHead(code ? 400 : 201).end(code && JSON.stringify({ errors: [{ code }] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    puts,
    close: () => server.close(),
  };
}

describe('a push under the tag of a key', () => {
  const folder = mkdtempSync(join(tmpdir(), 'warmpath-push-'));
  const layout = join(folder, 'layout');
  beforeAll(() => {
    const manifest = '{"layers":[]}';
    const digest = createHash('sha256').update(manifest).digest('hex');
    mkdirSync(join(layout, 'blobs', 'sha256'), { recursive: true });
    writeFileSync(join(layout, 'blobs', 'sha256', digest), manifest);
    const mediaType = 'application/vnd.oci.image.manifest.v1+json';
    const manifests = [{ digest: `sha256:${digest}`, size: manifest.length, mediaType }];
    writeFileSync(join(layout, 'index.json'), JSON.stringify({ manifests }));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** What comes of a push to a registry whose tag appears, if at all, once somebody has been refused it. */
  async function pushed(refusal: string | undefined, appears: boolean) {
    let refused = false;
    const registry = await startRegistry({
      head: () => (refused && appears ? THERE : undefined),
      put: () => {
        refused = true;
        return refusal;
      },
    });
    try {
      const images = { images: { app: { repository: `${registry.host}/app`, context: 'layout' } } };
      writeFileSync(join(folder, 'images.json'), JSON.stringify(images));
      const [image] = readImagesFile(join(folder, 'images.json')).images;
      if (!image) throw new Error('no image');
      const client = { env: {}, logInTo: () => undefined, remove: () => undefined };
      const registryClient = new RegistryClient({ credentialFor: async () => undefined });
      return await pushImage(image, 'k-1', { layout }, { registry: registryClient, client });
    } finally {
      registry.close();
    }
  }

  it.each(['TAG_INVALID', 'ImageTagAlreadyExistsException', 'ImageAlreadyExistsException'])(
    'takes what another runner has pushed first, where the registry says %s',
    async (code) => {
      expect((await pushed(code, true)).digest).toBe(THERE);
    },
  );

  it('fails by every other refusal', async () => {
    await expect(pushed('DENIED', true)).rejects.toThrow('writing k-1 got status 400 (DENIED)');
  });

  it('fails where nothing can be pulled by the pushed tag, as of an archived image, and says what to do', async () => {
    await expect(pushed(undefined, false)).rejects.toThrow(
      /:k-1: nothing can be pulled by the pushed tag.*restore or delete that one/,
    );
  });
});
