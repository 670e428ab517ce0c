import { accessSync, constants, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import packageJson from '../../../../package.json';
import { createProgram } from '../../../../scripts/cli/cli';
import { runLines } from './pipeline-checkout';

const root = join(__dirname, '../../../..');
export const workflowFolder = join(root, '.github/workflows');

export interface Step {
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string | boolean | number>>;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Job {
  readonly 'timeout-minutes'?: number;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly environment?: string;
  readonly concurrency?: Readonly<Record<string, string | boolean>>;
  readonly if?: string;
  readonly steps: readonly Step[];
}

export interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

export const workflowNames = readdirSync(workflowFolder).sort();
export const workflows: ReadonlyMap<string, Workflow> = new Map(
  workflowNames.map((name) => [name, parse(readFileSync(join(workflowFolder, name), 'utf8'))]),
);

export function jobsOf(workflow: Workflow | undefined): readonly (readonly [string, Job])[] {
  return Object.entries(workflow?.jobs ?? {});
}

/** Names of the programs that a runner has, beside those of the repository. */
const RUNNER_PROGRAMS = ['[', 'cd', 'cp', 'exec', 'gh', 'git', 'grep', 'node', 'npm', 'sha256sum', 'tee'];

/** Returns a sentence for each command of the shell lines that does not exist, or is called with options that it does not have. */
export function commandProblems(lines: string): readonly string[] {
  const folded = lines.replace(/\\\n\s*/g, ' ');
  const commands = folded
    .split(/\n|&&|\|\||[|;]/)
    .map((text) => text.trim().replace(/^! /, ''))
    .filter((text) => text !== '' && !text.startsWith('#'));
  return commands.flatMap((command) => {
    const words = command.replace(/^exec /, '').split(/\s+/);
    const [program = '', first = '', second = ''] = words;
    if (program === 'exit') return [];
    if (program.includes('/'))
      return isExecutable(program) ? [] : [`${program} is no program of the repository`];
    if (!RUNNER_PROGRAMS.includes(program)) return [`${program} is no program of a runner`];
    if (program === 'npm' && first === 'run')
      return Object.keys(packageJson.scripts).includes(second) ? [] : [`npm has no script ${second}`];
    if (program !== 'node') return [];
    if (!existsSync(join(root, first))) return [`there is no ${first}`];
    return first.endsWith('/warmpath.cjs') ? warmpathProblems(words.slice(2)) : [];
  });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(join(root, path), constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function warmpathProblems([group = '', name = '', ...words]: readonly string[]): readonly string[] {
  const command = createProgram([group])
    .commands.find((each) => each.name() === group)
    ?.commands.find((each) => each.name() === name);
  if (command === undefined) return [`warmpath has no command ${group} ${name}`];
  const given = words.filter((word) => word.startsWith('--'));
  const unknown = given.filter((word) => !command.options.some(({ long }) => long === word));
  const missing = command.options.filter(({ mandatory, long }) => mandatory && !given.includes(long ?? ''));
  return [
    ...unknown.map((word) => `warmpath ${group} ${name} has no option ${word}`),
    ...missing.map(({ long }) => `warmpath ${group} ${name} needs ${long}`),
  ];
}

export interface JobRun {
  readonly output: string;
  readonly summary: string;
  readonly stepOutputs: string;
}

/** Runs the shell steps of jobs in a folder as GitHub does: bash, its environment, its files for outputs and summary. */
export class WorkflowRunner {
  /** Jobs that ran, as `plan.yml touched`. */
  readonly ran = new Set<string>();

  /**
   * @param expressions - values of what stands in `${{ }}`
   * @param env - what the runner and its programs have
   */
  constructor(
    private readonly folder: string,
    readonly expressions: Record<string, string>,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  async run(file: string, jobName: string): Promise<JobRun> {
    this.ran.add(`${file} ${jobName}`);
    const job = workflows.get(file)?.jobs[jobName];
    const [summary, stepOutputs] = [join(this.folder, 'summary'), join(this.folder, 'outputs')];
    for (const each of [summary, stepOutputs]) writeFileSync(each, '');
    let output = '';
    for (const { run, env = {} } of job?.steps ?? []) {
      if (run === undefined) continue;
      output += await runLines(run, {
        cwd: this.folder,
        env: {
          PATH: `${join(this.folder, 'bin')}:${process.env['PATH']}`,
          HOME: this.folder,
          TMPDIR: tmpdir(),
          GITHUB_STEP_SUMMARY: summary,
          GITHUB_OUTPUT: stepOutputs,
          ...this.env,
          ...Object.fromEntries(Object.entries(env).map(([key, value]) => [key, this.filledIn(value)])),
        },
      });
    }
    return { output, summary: readFileSync(summary, 'utf8'), stepOutputs: readFileSync(stepOutputs, 'utf8') };
  }

  private filledIn(text: string): string {
    return text.replace(/\$\{\{ *([\w.]+) *\}\}/g, (_whole, name: string) => {
      const value = this.expressions[name];
      if (value === undefined) throw new Error(`the test knows no value for ${name}`);
      return value;
    });
  }
}
