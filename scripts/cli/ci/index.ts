import { type Command, InvalidArgumentError } from 'commander';
import { exitCodeHelp } from '../exit-codes';
import { collectList, wholeNumber } from '../option-values';
import { FINDING_KINDS, type FindingKind } from '../review/model/stack-review';
import { type CiApplyRequest, ciApply } from './apply';
import { ciComment } from './comment';
import { ciDrift } from './drift';
import { type CiForkCommentRequest, ciForkComment } from './fork-comment';
import { ciPlan } from './plan';
import { type CiStacksRequest, ciStacks } from './stacks';

function warm(): typeof import('./warm/index') {
  return require('./warm/index');
}

function findingKinds(value: string, before: readonly string[] | undefined): string[] {
  const kinds = collectList(value, before);
  if (kinds.some((kind) => !FINDING_KINDS.some((known) => known === kind)))
    throw new InvalidArgumentError(`Allowed: ${FINDING_KINDS.join(', ')}.`);
  return kinds;
}

const pullRequestNumber = wholeNumber(1, 1_000_000_000);

interface PlanFlags {
  readonly stack: string;
  readonly out: string;
  readonly reviews: string;
  readonly failOn?: readonly FindingKind[];
  readonly policy?: string;
}

/** Adds `warmpath ci …`: what the workflows run, so that they hold no logic of their own. */
export function registerCiCommands(program: Command): void {
  const ci = program
    .command('ci')
    .description(
      'plan, apply and compare stacks in pipelines, keep one comment up to date, and warm after a deploy',
    )
    .addHelpText('after', exitCodeHelp('ci'));

  ci.command('stacks')
    .description('list the stacks that differ from a base, as the matrix of jobs')
    .option('--base <folder or revision>', 'synthesis to compare with (default: list every stack)')
    .option('--out <folder>', 'synthesis output', 'cdktf.out')
    .option('--reviews <folder>', 'write the review of the two syntheses there')
    .option('--gitlab-jobs <file>', 'write the jobs of a GitLab child pipeline there')
    .action((flags: CiStacksRequest) => {
      process.exitCode = ciStacks(flags);
    });

  ci.command('plan')
    .description('plan a stack without its lock, with a role that only reads, and write the review')
    .requiredOption('--stack <name>', 'such as prewarm-prod')
    .option('--out <folder>', 'synthesis output', 'cdktf.out')
    .option('--reviews <folder>', 'write the review there, as STACK.json', 'reviews')
    .option(
      '--fail-on <kinds>',
      `end with 1 on any of ${FINDING_KINDS.join(', ')}; a list with commas`,
      findingKinds,
    )
    .option('--policy <file>', 'JSON with failOn, exceptions and further secrets')
    .action(async ({ failOn, ...flags }: PlanFlags) => {
      process.exitCode = await ciPlan({ ...flags, failOn: failOn ?? [] });
    });

  ci.command('apply')
    .description('plan a stack anew, and apply it only where the plan is the one that was reviewed')
    .requiredOption('--stack <name>', 'such as prewarm-prod')
    .requiredOption('--expect <fingerprint>', 'of the approved review, or the JSON file of that review')
    .option('--out <folder>', 'synthesis output', 'cdktf.out')
    .option('--policy <file>', 'that of the review, for its further secrets')
    .option('--pull-request <number>', 'tell the outcome there', pullRequestNumber)
    .option('--commit <sha>', 'tell the outcome in the pull request that brought this commit')
    .action(async (flags: CiApplyRequest) => {
      process.exitCode = await ciApply(flags);
    });

  ci.command('drift')
    .description('compare a state with the account; ends with 1 on drift that no issue says')
    .requiredOption('--stack <name>', 'such as prewarm-prod')
    .option('--out <folder>', 'synthesis output', 'cdktf.out')
    .option('--policy <file>', 'JSON with further secrets')
    .option('--issue', 'open, update and close one issue for the stack')
    .action(async ({ issue, ...flags }: { stack: string; out: string; policy?: string; issue?: true }) => {
      process.exitCode = await ciDrift({ ...flags, issue: issue === true });
    });

  ci.command('comment')
    .description('keep the one review comment of a pull request')
    .requiredOption('--pull-request <number>', 'its number', pullRequestNumber)
    .option('--reviews <folder>', 'put these reviews into the comment')
    .option(
      '--stacks <json>',
      'what ci stacks printed, empty where it failed: the comment names stacks without a review',
    )
    .option('--outdated', 'say that a new plan is underway')
    .option('--fold', 'fold it: the request is closed')
    .action(
      async (flags: {
        pullRequest: number;
        reviews?: string;
        stacks?: string;
        outdated?: true;
        fold?: true;
      }) => {
        process.exitCode = await ciComment({
          ...flags,
          outdated: flags.outdated === true,
          fold: flags.fold === true,
        });
      },
    );

  ci.command('warm')
    .description('what the GitHub Action runs: warm as the JSON in WARMPATH_INPUTS says, and tell the job')
    .action(async () => {
      process.exitCode = await warm().ciWarm();
    });

  ci.command('fork-comment')
    .description('keep the review comment of a pull request from a fork, whose own runs may not write')
    .requiredOption('--head-sha <commit>', "head commit of the fork's run")
    .requiredOption('--head-repository <owner/name>', 'repository of that commit')
    .requiredOption('--run <number>', "the fork's run")
    .requiredOption('--conclusion <word>', 'how that run ended, as GitHub says it; empty while it goes on')
    .requiredOption('--reviews <folder>', 'its artefact, which is read as data')
    .action(async (flags: CiForkCommentRequest) => {
      process.exitCode = await ciForkComment(flags);
    });
}
