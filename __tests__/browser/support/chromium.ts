import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Returns the browser that CHROMIUM names, else the first one on the PATH. @throws Error that says what to install */
export function chromiumPath(): string {
  const { CHROMIUM, PATH = '' } = process.env;
  const candidates =
    CHROMIUM === undefined
      ? PATH.split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)))
      : [CHROMIUM];
  const found = candidates.find(isProgram);
  if (found !== undefined) return found;
  throw new Error(
    `no browser: looked for ${CHROMIUM ?? `${NAMES.join(', ')} on the PATH`}; install chromium, or name one in CHROMIUM`,
  );
}

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath(),
    // Tests run as root in containers; the only pages that are opened are our own.
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
    timeout: 120_000,
  });
}
