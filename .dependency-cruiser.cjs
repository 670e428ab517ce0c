/** Dependency rules of the house: which part may know which. */
module.exports = {
  forbidden: [
    {
      name: 'domain-is-pure',
      comment:
        'The domain knows its own words and its ports, nothing else: no SDK, no node built-in, no library.',
      severity: 'error',
      from: { path: '^lambdas/prewarm/domain/' },
      to: { pathNot: '^lambdas/prewarm/(domain/|ports\\.ts$)' },
    },
    {
      name: 'ports-know-the-domain-only',
      comment: 'A port speaks in the words of the domain.',
      severity: 'error',
      from: { path: '^lambdas/prewarm/ports\\.ts$' },
      to: { pathNot: '^lambdas/prewarm/domain/' },
    },
    {
      name: 'aws-does-not-know-embedded',
      comment:
        'Both sets of adapters stand on the ports, never on each other; what serves both lies in net/, runtime/ or worker/.',
      severity: 'error',
      from: { path: '^lambdas/prewarm/(aws|handlers|agent|api|net|runtime|worker|inputs|pops)/' },
      to: { path: '^lambdas/prewarm/(embedded|service)/' },
    },
    {
      name: 'embedded-does-not-know-aws',
      comment: 'The single-machine service runs without any AWS SDK.',
      severity: 'error',
      from: { path: '^lambdas/prewarm/(embedded|service)/' },
      to: { path: '(^lambdas/prewarm/aws/|node_modules/@aws-sdk/)' },
    },
    {
      name: 'modules-know-settings-only',
      comment:
        'Infrastructure imports the types of settings from the functions, so that a wrong wiring is a compile error.',
      severity: 'error',
      from: { path: '^modules/' },
      to: { path: '^lambdas/', pathNot: '^lambdas/[^/]+/settings\\.ts$' },
    },
    {
      name: 'modules-take-only-the-types-of-settings',
      comment: 'Nothing a function runs gets into the synthesis.',
      severity: 'error',
      from: { path: '^modules/' },
      to: { path: '^lambdas/', dependencyTypesNot: ['type-only'] },
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
      comment: 'No provider binding gets into a bundle.',
      severity: 'error',
      from: { path: '^(lambdas|scripts)/' },
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
