import { type Command, InvalidArgumentError, Option } from 'commander';
import { exitCodeHelp } from '../exit-codes';
import { collectList, collectWhole } from '../option-values';
import { FINDING_KINDS, type FindingKind } from './model/stack-review';
import { runReview } from './run-review';

interface ReviewFlags {
  readonly stacks?: string;
  readonly synth?: readonly string[];
  readonly run?: string;
  readonly hostname?: string;
  readonly format: 'md' | 'html' | 'json';
  readonly for: 'comment' | 'summary' | 'file';
  readonly failOn?: readonly string[];
  readonly policy?: string;
  readonly expect?: string;
  readonly sarif?: readonly string[];
  readonly imagesLock: string;
  readonly wholeAt?: string;
  readonly output?: string;
  readonly schema?: true;
}

function findingKinds(value: string, before: readonly string[] | undefined): string[] {
  const kinds = collectList(value, before);
  const unknown = kinds.filter((kind) => !FINDING_KINDS.some((known) => known === kind));
  if (unknown.length > 0) throw new InvalidArgumentError(`Allowed: ${FINDING_KINDS.join(', ')}.`);
  return kinds;
}

/** Adds `warmpath review`. */
export function registerReviewCommands(program: Command): void {
  program
    .command('review')
    .description('say what a Terraform plan does and what it means: Markdown, HTML or JSON, without secrets')
    .argument('[plans...]', 'JSON of `terraform show -json`, each PATH or NAME=PATH; - reads standard input')
    .option('--stacks <folder>', 'review every plan below this folder')
    .option(
      '--synth <base head...>',
      'compare two syntheses: folders of cdktf synth, or git revisions; needs no credentials',
    )
    .option('--run <id>', 'review the plan of a run of HCP Terraform or Terraform Enterprise')
    .option('--hostname <host>', 'of Terraform Enterprise (default: app.terraform.io)')
    .addOption(new Option('--format <format>', 'what to write').choices(['md', 'html', 'json']).default('md'))
    .addOption(
      new Option(
        '--for <place>',
        'bounds of the Markdown: a comment has 65536 characters, a job summary 1 MiB',
      )
        .choices(['comment', 'summary', 'file'])
        .default('comment'),
    )
    .addOption(
      new Option(
        '--fail-on <kinds>',
        `end with 1 on any of ${FINDING_KINDS.join(', ')}; a list with commas`,
      ).argParser(findingKinds),
    )
    .option(
      '--policy <file>',
      'JSON with failOn, exceptions (each with reason and expiry date), and further secrets',
    )
    .option(
      '--expect <fingerprint>',
      'end with 1 unless the plan is the one reviewed; or the JSON file of that review',
    )
    .option('--sarif <file>', 'put the findings of another tool at their resources, repeatable', collectWhole)
    .option('--images-lock <file>', 'tags and dates of image digests', 'images.lock.json')
    .option('--whole-at <text>', 'where the whole review is found, said where this one is cut')
    .option('--output <file>', 'write there instead of standard output')
    .option('--schema', 'print the JSON Schema of --format json')
    .addHelpText('after', exitCodeHelp('review'))
    .action(async (plans: readonly string[], flags: ReviewFlags) => {
      process.exitCode = await runReview({
        plans,
        ...flags,
        failOn: (flags.failOn ?? []) as readonly FindingKind[],
        schema: flags.schema === true,
      });
    });
}
