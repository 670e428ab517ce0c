/** The programs that run on AWS: one line per bundle, name -> entry file and the largest bundle we accept. */
export interface BundleSpec {
  /** TypeScript file that is the program, from the repository root. */
  readonly entry: string;
  /** Upper limit of the minified bundle in KiB; a larger one loads slower at every cold start. */
  readonly budgetKib: number;
}

/** The table of airports and countries is 320 KiB of `prewarm-api` and `prewarm-report`. */
export const bundles = {
  'prewarm-api': { entry: 'lambdas/prewarm/functions/api.ts', budgetKib: 1450 },
  'prewarm-get-size': { entry: 'lambdas/prewarm/functions/get-size.ts', budgetKib: 860 },
  'prewarm-task': { entry: 'lambdas/prewarm/functions/task.ts', budgetKib: 850 },
  'prewarm-aggregation': { entry: 'lambdas/prewarm/functions/aggregation.ts', budgetKib: 500 },
  'prewarm-shutdown': { entry: 'lambdas/prewarm/functions/shutdown.ts', budgetKib: 500 },
  'prewarm-report': { entry: 'lambdas/prewarm/functions/report.ts', budgetKib: 1200 },
  'prewarm-pop-check': { entry: 'lambdas/prewarm/functions/pop-check.ts', budgetKib: 900 },
  'prewarm-agent': { entry: 'lambdas/prewarm/functions/agent/index.ts', budgetKib: 700 },
  'task-start-metrics': { entry: 'lambdas/task-start-metrics/handler.ts', budgetKib: 400 },
  'image-rollout': { entry: 'lambdas/image-rollout/handler.ts', budgetKib: 1400 },
  'warm-pool': { entry: 'lambdas/warm-pool/handler.ts', budgetKib: 700 },
  'image-digest': { entry: 'lambdas/image-digest/handler.ts', budgetKib: 420 },
} as const satisfies Record<string, BundleSpec>;

export type BundleName = keyof typeof bundles;

export const bundleNames = Object.keys(bundles) as readonly BundleName[];
