import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { popCode } from '../../../../../lambdas/prewarm/engine/model/ids';
import type { RequestSpec } from '../../../../../lambdas/prewarm/engine/model/request';
import type { Log } from '../../../../../lambdas/prewarm/engine/ports/log';
import { createResolver } from '../../../../../lambdas/prewarm/net/resolver';
import { openEngine } from '../../../../../lambdas/prewarm/one-machine/engine/engine';
import type {
  EmbeddedEngine,
  EngineOptions,
} from '../../../../../lambdas/prewarm/one-machine/engine/engine-api';
import type { LoopbackCdn } from '../../../../../scripts/loopback-cdn';
import { plainSpec } from '../../support/request-spec';

export const quietLog: Log = { info: () => {}, warn: () => {}, error: () => {} };

export function tempDir(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'warmpath-engine-'));
}

export function removeDir(dir: string): Promise<void> {
  return rm(dir, { recursive: true, force: true });
}

export async function* listed(urls: Iterable<string>): AsyncGenerator<string> {
  yield* urls;
}

export function urlsOf(domain: string, count: number, prefix = 'object'): string[] {
  return Array.from({ length: count }, (_, index) => `https://${domain}/${prefix}/${index}`);
}

export function specFor(cdn: LoopbackCdn, fields: Partial<RequestSpec> = {}): RequestSpec {
  return plainSpec({
    distributionDomain: cdn.distributionDomain,
    pops: cdn.pops.map(({ code }) => popCode(code)),
    encodings: ['identity'],
    ...fields,
  });
}

export function engineFor(
  cdn: LoopbackCdn,
  dataDir: string,
  options: Partial<EngineOptions> = {},
): Promise<EmbeddedEngine> {
  return openEngine({
    dataDir,
    log: quietLog,
    addressPolicy: 'any',
    resolver: createResolver({ servers: [cdn.resolver] }),
    edgePort: cdn.edgePort,
    ca: cdn.caPem,
    ...options,
  });
}
