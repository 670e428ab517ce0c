import { createPopDirectory } from '../../../lambdas/prewarm/engine/pops/pop-directory';
import { createResolver } from '../../../lambdas/prewarm/net/resolver';
import type { PageFiles } from '../../../lambdas/prewarm/one-machine/service/page';
import { type RunningService, startService } from '../../../lambdas/prewarm/one-machine/service/service';
import type { LoopbackCdn } from '../../../scripts/loopback-cdn';
import { engineFor, quietLog } from '../../lambdas/prewarm/one-machine/engine/engine-fixture';

export interface ServiceChoices {
  readonly apiKey?: string;
  /** @default - a free one */
  readonly port?: number;
}

interface Bundle {
  readonly files: Readonly<Record<string, string>>;
}

/** The page as the build makes it. */
export async function builtPage(): Promise<PageFiles> {
  const { bundlePage } = require('../../../scripts/build/page-bundle.cjs') as {
    readonly bundlePage: () => Promise<Bundle>;
  };
  const { files } = await bundlePage();
  return {
    html: files['page.html'] ?? '',
    script: files['page.js'] ?? '',
    style: files['page.css'] ?? '',
  };
}

/** Starts the service with its page in this process, in front of a loopback CDN. */
export function startPageService(
  cdn: LoopbackCdn,
  dataDir: string,
  page: PageFiles,
  { apiKey, port = 0 }: ServiceChoices = {},
): Promise<RunningService> {
  return startService({
    port,
    page,
    ...(apiKey !== undefined && { apiKey }),
    context: {
      directory: createPopDirectory(),
      resolver: createResolver({ servers: [cdn.resolver] }),
      policy: 'any',
    },
    log: quietLog,
    openEngine: (linkTo) => engineFor(cdn, dataDir, { linkTo }),
  });
}
