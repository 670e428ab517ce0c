import { pageText } from './markdown';
import { shapeSections, shapesOf } from './shapes';

/** Files whose exported interfaces say what each construct takes, the one to begin with first. */
const SHELL = [
  'index',
  'cluster',
  'instances',
  'network',
  'warm-pool',
  'boot',
  'rollout',
  'refresh',
  'task',
  'service',
]
  .concat(['golden-ami', 'observability'])
  .map((name) => `modules/ai-shell-ecs/props/${name}.ts`);
const IMAGES = ['modules/ai-shell-ecs/image-source.ts', 'modules/ai-shell-ecs/given-or-found.ts'];
const PREWARM = ['props', 'network', 'api', 'fleet', 'given-edges', 'pop-check', 'subscribers'].map(
  (name) => `modules/prewarm/${name}.ts`,
);
const BOTH = [
  'modules/parts/iam-roles.ts',
  'modules/ai-shell-ecs/aws-location.ts',
  'modules/parts/ci-role.ts',
];

function takenBy(files: readonly string[]): readonly string[] {
  return shapeSections(files.flatMap(shapesOf).filter(({ name }) => !/Settings$|^Observed/.test(name)));
}

/** Returns the page of the constructs' props. */
export function constructsPage(): string {
  return pageText({
    title: 'Constructs',
    about:
      'What the constructs for CDKTF take. Plain Terraform has [variables](terraform-modules.md) instead. Written from the docstrings by `npm run build:reference`.',
    parts: [
      '## AiShellEcs',
      'How to use it: [modules/ai-shell-ecs](../../modules/ai-shell-ecs).',
      ...takenBy([...SHELL, ...IMAGES]),
      '## Prewarm',
      'How to use it: [modules/prewarm](../../modules/prewarm).',
      ...takenBy(PREWARM),
      '## Of both, and roles for CI',
      ...takenBy(BOTH),
    ],
  });
}
