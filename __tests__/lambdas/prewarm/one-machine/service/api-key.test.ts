import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readApiKey } from '../../../../../lambdas/prewarm/one-machine/service/api-key';

describe('the API key file', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'warmpath-key-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function fileWith(text: string, mode = 0o600): Promise<string> {
    const file = join(folder, `key-${Math.random()}`);
    await writeFile(file, text);
    await chmod(file, mode);
    return file;
  }

  it('holds the key in its first line', async () => {
    expect(await readApiKey(await fileWith('0123456789abcdefghij\nnote\n'))).toBe('0123456789abcdefghij');
  });

  it.each([
    ['a short key', 'short', 0o600, /has a first line of 5 characters; allowed: 20 to 128/],
    ['an empty file', '', 0o600, /0 characters/],
    ['a key with a blank', 'with a blank and long enough', 0o600, /visible ASCII/],
    ['a file others may read', '0123456789abcdefghij', 0o644, /chmod 600/],
  ])('is refused with %s, and the message does not show it', async (_, text, mode, message) => {
    const error = await readApiKey(await fileWith(text, mode)).catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ name: 'ApiKeyError', message: expect.stringMatching(message) });
    if (text !== '') expect((error as Error).message).not.toContain(text);
  });

  it('is taken as it is from the folder of credentials of systemd, and from nowhere else', async () => {
    const file = await fileWith('0123456789abcdefghij', 0o440);
    const before = process.env['CREDENTIALS_DIRECTORY'];
    try {
      process.env['CREDENTIALS_DIRECTORY'] = folder;
      expect(await readApiKey(file)).toBe('0123456789abcdefghij');
      process.env['CREDENTIALS_DIRECTORY'] = folder.slice(0, -1);
      await expect(readApiKey(file)).rejects.toThrow('chmod 600');
    } finally {
      if (before === undefined) delete process.env['CREDENTIALS_DIRECTORY'];
      else process.env['CREDENTIALS_DIRECTORY'] = before;
    }
  });

  it('is refused when it is not there', async () => {
    await expect(readApiKey(join(folder, 'none'))).rejects.toThrow('cannot be read');
  });
});
