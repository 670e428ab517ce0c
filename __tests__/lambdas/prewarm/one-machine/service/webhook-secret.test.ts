import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readWebhookKey } from '../../../../../lambdas/prewarm/one-machine/service/webhook-secret';

describe('the webhook secret file', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'warmpath-secret-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function fileWith(text: string, mode = 0o600): Promise<string> {
    const file = join(folder, `secret-${mode}-${text.length}`);
    await writeFile(file, text, { mode });
    return file;
  }

  it('holds the secret in its first line', async () => {
    const key = Buffer.alloc(32, 1);
    expect(await readWebhookKey(await fileWith(`whsec_${key.toString('base64')}\n`))).toEqual(key);
  });

  it.each([
    [
      'a text that is no such secret',
      'correct horse battery staple',
      0o600,
      /whsec_ and the base64 of 24 to 64 bytes/,
    ],
    ['a file others may read', `whsec_${Buffer.alloc(32).toString('base64')}`, 0o644, /chmod 600/],
  ])('is refused with %s, and the message does not show it', async (_, text, mode, message) => {
    const error = await readWebhookKey(await fileWith(text, mode)).catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ name: 'WebhookSecretError', message: expect.stringMatching(message) });
    expect((error as Error).message).not.toContain(text);
  });
});
