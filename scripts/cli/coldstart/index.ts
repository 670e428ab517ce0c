import { readFileSync } from 'node:fs';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { ARCHITECTURES, type Architecture } from '../../../lambdas/locks/ami-lock';
import { type AwsFlags, callAws, withAwsOptions } from '../aws';
import { BadInput } from '../bad-input';
import { exitCodeHelp } from '../exit-codes';
import { collectWhole, wholeNumber } from '../option-values';
import { AMI_LOCK_FILE } from './ami-lock';
import type { WantedChoice } from './rollout/wanted-images';

function onAws(): typeof import('./on-aws') {
  return require('./on-aws');
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { m: 60, h: 3_600, d: 86_400 };

function duration(text: string): number {
  const [, count, unit = ''] = /^(\d+)([mhd])$/.exec(text) ?? [];
  const seconds = Number(count) * (UNIT_SECONDS[unit] ?? Number.NaN);
  if (seconds > 0) return seconds;
  throw new InvalidArgumentError('Allowed: minutes, hours or days, such as 30m, 6h or 1d.');
}

function templateVersion(text: string): number | 'latest' {
  if (text === 'latest') return text;
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Allowed: the number of a version, or latest.');
}

/**
 * Returns an option of a refresh that is to be started; it cannot be used together with `--attach`, which follows a running one.
 */
function newRefreshOption(flags: string, description: string): Option {
  return new Option(flags, description).conflicts('attach');
}

interface MeasureFlags extends AwsFlags {
  readonly cluster: string;
  readonly since: number;
  readonly family?: string;
  readonly maxP95?: number;
  readonly minCacheHits?: number;
  readonly json?: true;
}

interface RefreshFlags extends AwsFlags {
  readonly group: string;
  readonly watch?: true;
  readonly attach?: true;
  readonly minHealthy: number;
  readonly maxHealthy: number;
  readonly launchTemplateVersion?: number | 'latest';
  readonly autoRollback?: true;
  readonly alarm?: readonly string[];
  readonly skipMatching?: true;
}

interface AmiFlags extends AwsFlags {
  readonly file: string;
  readonly architecture?: Architecture;
  readonly update?: true;
  readonly check?: true;
}

interface RolloutFlags extends AwsFlags {
  readonly group: string;
  readonly image?: readonly string[];
  readonly lock?: string;
  readonly to?: 'previous';
  readonly dryRun?: true;
  readonly json?: true;
}

function wantedChoice({ image, lock, to }: RolloutFlags): WantedChoice {
  if (image !== undefined) return { from: 'options', images: image };
  if (lock !== undefined)
    return { from: 'lock', file: lock, lock: onAws().parseLock(readFileOf('--lock', lock), lock) };
  return { from: to ?? 'wanted' };
}

/** @throws {BadInput} where there is no such file */
function readFileOf(option: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new BadInput(`${option}: got ${path}; allowed: a file that can be read; correct the path`, {
      cause,
    });
  }
}

interface VerifyFlags extends AwsFlags {
  readonly group: string;
  readonly image?: readonly string[];
  readonly json?: true;
}

/** Adds `warmpath coldstart …`. Region and credentials come from options, or from where the AWS SDK finds them. */
export function registerColdstartCommands(program: Command): void {
  const coldstart = program
    .command('coldstart')
    .description('measure how fast tasks start, roll an image out, see whether it is on every instance')
    .addHelpText('after', exitCodeHelp('coldstart'));

  withAwsOptions(coldstart.command('measure'))
    .description('how long tasks took from created to running, and how many needed a pull')
    .requiredOption('--cluster <name>', 'ECS cluster')
    .addOption(
      new Option('--since <time>', 'how far to look back; of stopped tasks ECS remembers the last hour')
        .argParser(duration)
        .default(86_400, '1d'),
    )
    .option('--family <name>', 'only tasks of this family, such as shell-shell')
    .option('--max-p95 <seconds>', 'fail when the p95 of a family is above', wholeNumber(1, 3600))
    .option('--min-cache-hits <percent>', 'fail when fewer found their image on disk', wholeNumber(0, 100))
    .option('--json', 'one JSON object on standard output')
    .action(async ({ cluster, since, family, maxP95, minCacheHits, json, ...aws }: MeasureFlags) => {
      const { ECSClient, measure } = onAws();
      process.exitCode = await callAws(aws, (settings) =>
        measure(new ECSClient(settings), {
          cluster,
          sinceSeconds: since,
          json: json === true,
          ...(family !== undefined && { family }),
          ...(maxP95 !== undefined && { maxP95Seconds: maxP95 }),
          ...(minCacheHits !== undefined && { minCacheHitPercent: minCacheHits }),
        }),
      );
    });

  withAwsOptions(coldstart.command('refresh'))
    .description('replace the instances of the group and its warm pool')
    .requiredOption('--group <name>', 'Auto Scaling group, such as shell-ecs-asg')
    .option('--watch', 'follow it to its end')
    .option('--attach', 'follow the one underway instead of starting one')
    .option('--min-healthy <percent>', 'instances that stay in service', wholeNumber(0, 100), 100)
    .option('--max-healthy <percent>', 'instances there may be meanwhile', wholeNumber(100, 200), 110)
    .addOption(
      newRefreshOption(
        '--launch-template-version <version>',
        'version to roll out, a number or latest (default: what the group is configured with)',
      ).argParser(templateVersion),
    )
    .addOption(
      newRefreshOption(
        '--auto-rollback',
        'go back to the version before when it fails; needs --launch-template-version',
      ),
    )
    .addOption(
      newRefreshOption('--alarm <name>', 'CloudWatch alarm that fails the refresh, repeatable').argParser(
        collectWhole,
      ),
    )
    .addOption(newRefreshOption('--skip-matching', 'leave instances alone that have the version already'))
    .action(async (flags: RefreshFlags) => {
      const { AutoScalingClient, EC2Client, refresh } = onAws();
      process.exitCode = await callAws(flags, (settings) => {
        const clients = { autoScaling: new AutoScalingClient(settings), ec2: new EC2Client(settings) };
        return refresh(clients, {
          group: flags.group,
          watch: flags.watch === true,
          attach: flags.attach === true,
          minHealthyPercentage: flags.minHealthy,
          maxHealthyPercentage: flags.maxHealthy,
          ...(flags.launchTemplateVersion !== undefined && {
            launchTemplateVersion: flags.launchTemplateVersion,
          }),
          autoRollback: flags.autoRollback === true,
          alarms: flags.alarm ?? [],
          skipMatching: flags.skipMatching === true,
        });
      });
    });

  withAwsOptions(coldstart.command('rollout'))
    .description('bring a new image onto running hosts, then let tasks of it start; without an image: go on')
    .requiredOption('--group <name>', 'Auto Scaling group, such as shell-ecs-asg')
    .option('--image <name=digest>', 'image to bring, repeatable, such as shell=sha256:…', collectWhole)
    .addOption(new Option('--lock <path>', 'bring what images.lock.json says').conflicts(['image', 'to']))
    .addOption(
      new Option('--to <when>', 'go back to the images before the last rollout')
        .choices(['previous'])
        .conflicts('image'),
    )
    .option('--dry-run', 'say what each host lacks and what would be done first, and do nothing')
    .option('--json', 'one JSON object on standard output')
    .action(async (flags: RolloutFlags) => {
      const { rollout } = onAws();
      const wanted = wantedChoice(flags);
      process.exitCode = await callAws(flags, (settings) =>
        rollout(settings, {
          group: flags.group,
          wanted,
          dryRun: flags.dryRun === true,
          json: flags.json === true,
        }),
      );
    });

  withAwsOptions(coldstart.command('ami'))
    .description(
      'compare the locked AMI with the one that AWS recommends for ECS; an apply rolls out what is locked',
    )
    .option('--file <path>', 'the lock', AMI_LOCK_FILE)
    .addOption(new Option('--architecture <name>', 'lock one more, in --region').choices([...ARCHITECTURES]))
    .option('--update', 'lock what is recommended')
    .addOption(new Option('--check', 'fail when another one is recommended').conflicts('update'))
    .action(async ({ file, architecture, update, check, ...aws }: AmiFlags) => {
      const { SSMClient, lockAmis } = onAws();
      process.exitCode = await callAws(aws, async (settings) =>
        lockAmis((region) => new SSMClient({ ...settings, region }), {
          file,
          added: architecture && { region: await new SSMClient(settings).config.region(), architecture },
          mode: update ? 'update' : check ? 'check' : 'show',
        }),
      );
    });

  withAwsOptions(coldstart.command('verify'))
    .description('tell for every instance whether the wanted image is on its disk; fails if one lacks it')
    .requiredOption('--group <name>', 'Auto Scaling group, such as shell-ecs-asg')
    .option(
      '--image <reference>',
      'image by digest, repeatable (default: what the launch template asks for)',
      collectWhole,
    )
    .option('--json', 'one JSON object on standard output')
    .action(async ({ group, image, json, ...aws }: VerifyFlags) => {
      const { AutoScalingClient, EC2Client, SSMClient, verify } = onAws();
      process.exitCode = await callAws(aws, (settings) => {
        const clients = {
          autoScaling: new AutoScalingClient(settings),
          ec2: new EC2Client(settings),
          ssm: new SSMClient(settings),
        };
        return verify(clients, { group, ...(image && { images: image }), json: json === true });
      });
    });
}
