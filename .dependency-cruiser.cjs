/** Dependency rules of the house: which room may know which. docs/architecture.md draws the same. */

/** The rooms of lambdas/prewarm, and the rooms beside itself that each may import. */
const ROOMS = {
  engine: [],
  runtime: ['engine'],
  net: ['engine', 'runtime'],
  worker: ['engine', 'runtime', 'net'],
  api: ['engine'],
  aws: ['engine'],
  client: ['engine', 'api'],
  page: ['engine', 'api', 'client'],
  'one-machine': ['engine', 'runtime', 'net', 'worker', 'api'],
  functions: ['engine', 'runtime', 'net', 'worker', 'api', 'aws', 'settings.ts'],
};

/** Libraries that the engine may use: parsers of text, without a socket, a thread or a file. */
const ENGINE_LIBRARIES = ['node_modules/htmlparser2/', 'node_modules/entities/', '^(node:)?zlib$'];

/** Base class and codes of all errors: knows nothing, and everybody may know it. */
const ERRORS = '^lambdas/errors/';

/** What the command line tool writes and the infrastructure reads: schemas, and the library for them. */
const LOCKS = '^lambdas/locks/';

/** The embedded metric format, for functions of any part. */
const METRICS = '^lambdas/metrics/';

const SETTINGS = '^lambdas/[^/]+/settings\\.ts$';
/** Names of the blobs of a request; nothing is imported there. */
const BLOB_NAMES = inside('engine/model/request-blobs.ts');
/** The OpenAPI document: data, written by a script from the routes. */
const OPENAPI = '^lambdas/prewarm/openapi/[^/]+\\.json$';

function inside(room) {
  return `^lambdas/prewarm/${room.replace('.', '\\.')}`;
}

module.exports = {
  forbidden: [
    {
      name: 'errors-know-nothing',
      comment: 'The base class of errors is under everything else.',
      severity: 'error',
      from: { path: ERRORS },
      to: { pathNot: ERRORS },
    },
    {
      name: 'locks-know-nothing',
      comment: 'Schemas of the two lock files, for those who write and those who read them.',
      severity: 'error',
      from: { path: LOCKS },
      to: { pathNot: 'node_modules/zod/' },
    },
    ...Object.entries(ROOMS).map(([room, others]) => ({
      name: `${room}-knows-${others.join('-').replace('.ts', '') || 'only-itself'}`,
      comment: `lambdas/prewarm/${room} imports, of the rooms of lambdas/prewarm, ${others.join(', ') || 'none'} beside itself.`,
      severity: 'error',
      from: { path: `${inside(room)}/` },
      to: {
        path: '^lambdas/',
        pathNot: [ERRORS, ...(room === 'functions' ? [METRICS] : []), ...[room, ...others].map(inside)],
      },
    })),
    {
      name: 'engine-is-pure',
      comment:
        'The engine has no SDK, no socket, no thread and no file: only parsers of text come from outside.',
      severity: 'error',
      from: { path: inside('engine/') },
      to: { pathNot: [ERRORS, inside('engine/'), ...ENGINE_LIBRARIES] },
    },
    {
      name: 'ports-are-the-ground',
      comment: 'A port speaks in the words of the model; everything else of the engine stands on it.',
      severity: 'error',
      from: { path: inside('engine/ports/') },
      to: { pathNot: [ERRORS, inside('engine/model/'), inside('engine/ports/')] },
    },
    {
      name: 'ports-take-only-types',
      comment: 'Who imports a port loads nothing but the errors that it may throw.',
      severity: 'error',
      from: { path: inside('engine/ports/') },
      to: { pathNot: ERRORS, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'model-knows-only-itself',
      comment: 'The words of the engine need nothing to be said.',
      severity: 'error',
      from: { path: inside('engine/model/') },
      to: { pathNot: [ERRORS, inside('engine/model/')] },
    },
    {
      name: 'flow-is-the-top-of-the-engine',
      comment: 'A use case knows the rules; no rule knows a use case.',
      severity: 'error',
      from: { path: inside('engine/'), pathNot: inside('engine/flow/') },
      to: { path: inside('engine/flow/') },
    },
    {
      name: 'clients-take-only-types-of-the-api',
      comment: 'They run in a browser and on any machine; of the API they know what bodies look like.',
      severity: 'error',
      from: { path: inside('(page|client)/') },
      to: { path: inside('api/'), dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'one-machine-runs-without-aws',
      comment: 'The single-machine service loads no AWS SDK.',
      severity: 'error',
      from: { path: inside('(one-machine|api|net|worker|runtime)/') },
      to: { path: 'node_modules/@aws-sdk/' },
    },
    {
      name: 'parts-of-lambdas-meet-in-metrics',
      comment:
        'A function of another part knows nothing of prewarm; what they share is lambdas/errors and lambdas/metrics.',
      severity: 'error',
      from: { path: '^lambdas/(task-start-metrics|image-digest|image-rollout|warm-pool|metrics)/' },
      to: { path: '^lambdas/prewarm/' },
    },
    {
      name: 'small-functions-know-not-each-other',
      comment:
        'Functions that are deployed by themselves; what several need is lambdas/errors or lambdas/metrics.',
      severity: 'error',
      from: { path: '^lambdas/(task-start-metrics|image-digest|warm-pool)/' },
      to: {
        path: '^lambdas/(task-start-metrics|image-digest|image-rollout|warm-pool)/',
        pathNot: '^lambdas/$1/',
      },
    },
    {
      name: 'rollouts-size-the-pool-as-its-own-function-does',
      comment: 'Where images go in place, their driver is the one function that sizes the pool.',
      severity: 'error',
      from: { path: '^lambdas/image-rollout/' },
      to: { path: '^lambdas/(task-start-metrics|image-digest|warm-pool/(handler|hold-pool))' },
    },
    {
      name: 'rollout-plan-is-pure',
      comment: 'What a rollout does next is a function of what is: no SDK, no socket, no file.',
      severity: 'error',
      from: { path: '^lambdas/image-rollout/plan/' },
      to: { pathNot: [ERRORS, '^lambdas/(image-rollout|warm-pool)/plan/', 'node_modules/zod/'] },
    },
    {
      name: 'pool-plan-is-pure',
      comment:
        'What size a pool is to have is a function of time and of what was counted: no SDK, no socket, no file.',
      severity: 'error',
      from: { path: '^lambdas/warm-pool/plan/' },
      to: { pathNot: ['^lambdas/warm-pool/(plan/|settings.ts)', 'node_modules/zod/'] },
    },
    {
      name: 'cli-knows-no-functions',
      comment:
        'The command line tool runs on one machine; of the adapters for AWS it takes the invalidator alone.',
      severity: 'error',
      from: { path: '^scripts/cli/' },
      to: { path: [inside('(functions/|settings.ts)'), inside('aws/(?!invalidator.ts)')] },
    },
    {
      name: 'demo-and-loopback-cdn-know-no-lambdas',
      comment: 'They meet the product from outside: over sockets, and as a process.',
      severity: 'error',
      from: { path: '^scripts/(demo|loopback-cdn)/' },
      to: { path: '^lambdas/' },
    },
    {
      name: 'modules-reach-types-and-the-openapi-document-only',
      comment:
        'Infrastructure imports the types of settings from the functions and the names of blobs, so that a wrong wiring or grant is a compile error, and the OpenAPI document as data. It reaches nothing else of them, by whatever way.',
      severity: 'error',
      from: { path: '^modules/' },
      to: { path: '^lambdas/', pathNot: [ERRORS, LOCKS, SETTINGS, BLOB_NAMES, OPENAPI], reachable: true },
    },
    {
      name: 'modules-take-types-only',
      comment: 'Nothing a function runs gets into the synthesis.',
      severity: 'error',
      from: { path: '^modules/' },
      to: { path: [SETTINGS, BLOB_NAMES], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'modules-take-bundles-and-the-lock-from-the-build',
      comment:
        'Of scripts, infrastructure needs the programs it deploys and the provider lock it lays beside its stacks.',
      severity: 'error',
      from: { path: '^modules/' },
      to: { path: '^scripts/', pathNot: '^scripts/build/(bundles|functions|provider-lock)\\.ts$' },
    },
    {
      name: 'scripts-do-not-know-modules',
      comment: 'The command line tool works without the infrastructure code.',
      severity: 'error',
      from: { path: '^scripts/' },
      to: { path: '^modules/' },
    },
    {
      name: 'runtime-does-not-know-infrastructure',
      comment:
        'No provider binding gets into a bundle. What starts a synthesis knows the library that synthesizes.',
      severity: 'error',
      from: { path: '^(lambdas|scripts)/', pathNot: '^scripts/build/run-typescript\\.cjs$' },
      to: { path: 'node_modules/(@cdktf/|cdktf/|constructs/)' },
    },
    {
      name: 'provider-by-deep-path',
      comment: 'The index of the provider package loads every service.',
      severity: 'error',
      from: {},
      to: { path: 'node_modules/@cdktf/provider-aws/lib/index\\.' },
    },
    {
      name: 'no-circular',
      comment: 'Files that need each other are one file, or want a third; circles of types alone count too.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['require', 'node', 'default', 'types'],
    },
  },
};
