/** Where all is one file, a thread that warms starts from it as well. */
if (require('node:worker_threads').isMainThread) require('../../scripts/cli/cli');
else require('../../lambdas/prewarm/worker/warm-thread');
