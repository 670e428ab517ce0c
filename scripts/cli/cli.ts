import { Command, CommanderError } from 'commander';
import { isWarmpathError } from '../../lambdas/errors/warmpath-error';
import { visibleLines } from '../../lambdas/prewarm/engine/model/visible-text';
import { hasCode } from '../../lambdas/prewarm/one-machine/adapters/error-code';
import { keepHeapSmall } from '../../lambdas/prewarm/worker/small-heap';
import { version } from '../../package.json';
import { BAD_INPUT, FAILED } from './exit-codes';
import { namesProxy } from './proxy/environment-proxy';
import { quietAwsSdk } from './quiet-aws-sdk';

/** A family of commands in a folder of its own; loaded only when it is the one asked for. */
interface CommandGroup {
  readonly name: string;
  readonly summary: string;
  readonly load: () => (program: Command) => void;
}

// `require` and not `import()`: the launcher turns TypeScript into CommonJS on the fly, and only a require passes there.
function prewarm(): typeof import('./prewarm/index') {
  return require('./prewarm/index');
}

function coldstart(): typeof import('./coldstart/index') {
  return require('./coldstart/index');
}

function image(): typeof import('./image/index') {
  return require('./image/index');
}

function review(): typeof import('./review/index') {
  return require('./review/index');
}

function ci(): typeof import('./ci/index') {
  return require('./ci/index');
}

function hcp(): typeof import('./hcp/index') {
  return require('./hcp/index');
}

function throughProxy(): typeof import('./proxy/through-proxy') {
  return require('./proxy/through-proxy');
}

function completion(): typeof import('./completion/index') {
  return require('./completion/index');
}

const GROUPS: readonly CommandGroup[] = [
  {
    name: 'prewarm',
    summary: 'warm CloudFront edges: download every URL through every point of presence',
    load: () => prewarm().registerPrewarmCommands,
  },
  {
    name: 'coldstart',
    summary: 'measure how fast tasks start, roll an image out, see whether it is on every instance',
    load: () => coldstart().registerColdstartCommands,
  },
  {
    name: 'image',
    summary: 'build only what changed, pin what was built, prune what nobody runs',
    load: () => image().registerImageCommands,
  },
  {
    name: 'review',
    summary: 'say what a Terraform plan does and what it means, without secrets',
    load: () => review().registerReviewCommands,
  },
  {
    name: 'ci',
    summary: 'what pipelines run: touched stacks, plan, apply what was reviewed, drift, one comment',
    load: () => ci().registerCiCommands,
  },
  {
    name: 'hcp',
    summary: 'HCP Terraform and Terraform Enterprise: workspaces of the stacks, and runs from here',
    load: () => hcp().registerHcpCommands,
  },
  {
    name: 'completion',
    summary: 'print what bash, zsh or fish reads to complete commands and options',
    load: () => (program) => completion().registerCompletionCommand(program, wholeProgram),
  },
  {
    name: 'man',
    summary: 'print the manual page',
    load: () => (program) => completion().registerManualCommand(program, wholeProgram),
  },
];

function wantedGroup(args: readonly string[]): string | undefined {
  const operands = args.filter((arg) => !arg.startsWith('-'));
  return operands[0] === 'help' ? operands[1] : operands[0];
}

function emptyProgram(): Command {
  return new Command('warmpath')
    .description('Removes two waits: a session for its container image, and a viewer for a CDN edge.')
    .version(version, '-V, --version');
}

/** Returns the program with all commands of all groups. */
export function wholeProgram(): Command {
  const program = emptyProgram();
  for (const group of GROUPS) group.load()(program);
  return program;
}

/** Builds the program for these arguments: the group they name in full, the others as one line of help. */
export function createProgram(args: readonly string[]): Command {
  const program = emptyProgram()
    .showSuggestionAfterError()
    // Wrapped on terminals down to 40 columns.
    .configureHelp({ showGlobalOptions: false, minWidthToWrap: 12 })
    .configureOutput({
      outputError: (text, write) => write(visibleLines(text.replace(/^error: /, 'warmpath: '))),
    })
    .exitOverride();
  const wanted = wantedGroup(args);
  for (const group of GROUPS) {
    if (group.name === wanted) group.load()(program);
    else program.command(group.name).description(group.summary);
  }
  return program;
}

/** A reader that has gone, such as `head`, is no fault: what was still to be said to it is dropped. */
function surviveClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error) => {
      if (!isClosedPipe(error)) throw error;
    });
}

function isClosedPipe(error: unknown): boolean {
  return hasCode(error, 'EPIPE') || hasCode(error, 'ERR_STREAM_DESTROYED');
}

/** The parser's messages quote what stands near, which may be a secret. */
function messageOf(error: unknown): string {
  if (error instanceof SyntaxError)
    return 'what was read is no JSON; it is not shown here, since it may hold secrets';
  return error instanceof Error ? error.message : String(error);
}

/** Runs the command that the arguments name, and leaves its exit code in the process. */
export async function main(args: readonly string[]): Promise<void> {
  const program = createProgram(args);
  try {
    if (args.length === 0) program.outputHelp();
    else await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has already printed the message; help and version arrive here too, with code 0.
      process.exitCode = error.exitCode === 0 ? 0 : BAD_INPUT;
      return;
    }
    process.exitCode = isWarmpathError(error) ? error.exitCode : FAILED;
    // Nobody is left to tell.
    if (isClosedPipe(error)) return;
    process.stderr.write(`warmpath: ${visibleLines(messageOf(error))}\n`);
  }
}

/** Runs the command that the process was started with. */
export function start(): void {
  const args = process.argv.slice(2);
  surviveClosedPipes();
  // Warming runs for hours; a review of a large plan would only collect garbage that its end takes anyway.
  if (wantedGroup(args) === 'prewarm') keepHeapSmall();
  quietAwsSdk();
  if (namesProxy()) throughProxy().fetchThroughProxy();
  void main(args);
}
