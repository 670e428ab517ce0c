import { GetParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import * as z from 'zod';
import {
  type AmiLock,
  ARCHITECTURES,
  type Architecture,
  type LockedAmi,
} from '../../../lambdas/locks/ami-lock';
import { visibleText } from '../../../lambdas/prewarm/engine/model/visible-text';
import { BadInput } from '../bad-input';
import { FAILED } from '../exit-codes';
import { readAmiLock, writeAmiLock } from './ami-lock';

export interface AmiOptions {
  /** Path of the lock file. */
  readonly file: string;
  /** A Region and an architecture besides those in the file. */
  readonly added: { readonly region: string; readonly architecture: Architecture } | undefined;
  /** `show` tells what differs, `check` fails then, `update` writes it. */
  readonly mode: 'show' | 'check' | 'update';
}

interface Comparison {
  readonly region: string;
  readonly architecture: Architecture;
  readonly locked: LockedAmi | undefined;
  readonly recommended: LockedAmi;
}

/** @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/retrieve-ecs-optimized_AMI.html */
const PARAMETERS: Readonly<Record<Architecture, string>> = {
  arm64: '/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended',
  x86_64: '/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended',
};

const recommendation = z.object({ image_id: z.string().regex(/^ami-[0-9a-f]+$/), image_name: z.string() });

/**
 * Compares the locked AMIs with those that AWS recommends for ECS, and on demand locks these. Everything is read before anything
 * is written. Returns the exit code.
 */
export async function lockAmis(
  clientFor: (region: string) => SSMClient,
  options: AmiOptions,
): Promise<number> {
  const { file, added, mode } = options;
  const locked = readAmiLock(file);
  const wanted = wantedOf(locked, added);
  if (wanted.length === 0)
    throw new BadInput(
      `${file}: got no AMI; allowed one or more; name the first with --region and --architecture`,
    );
  const compared: Comparison[] = [];
  for (const { region, architecture } of wanted) {
    const recommended = await readRecommended(clientFor(region), region, architecture);
    compared.push({ region, architecture, locked: locked[region]?.[architecture], recommended });
  }
  const moved = compared.filter((comparison) => comparison.locked?.id !== comparison.recommended.id);
  if (mode === 'update') writeAmiLock(file, merged(locked, moved));
  for (const comparison of compared) process.stdout.write(`${sentenceOf(comparison)}\n`);
  if (moved.length > 0 && mode !== 'update')
    process.stderr.write('warmpath: --update locks what is recommended; the next apply then rolls it out\n');
  return mode === 'check' && moved.length > 0 ? FAILED : 0;
}

function wantedOf(locked: AmiLock, added: AmiOptions['added']) {
  const there = Object.entries(locked).flatMap(([region, amis]) =>
    ARCHITECTURES.filter((name) => amis[name] !== undefined).map((architecture) => ({
      region,
      architecture,
    })),
  );
  const isThere =
    added === undefined ||
    there.some(({ region, architecture }) => region === added.region && architecture === added.architecture);
  return isThere ? there : [...there, added];
}

async function readRecommended(
  ssm: SSMClient,
  region: string,
  architecture: Architecture,
): Promise<LockedAmi> {
  const Name = PARAMETERS[architecture];
  const { Parameter } = await ssm.send(new GetParameterCommand({ Name }));
  const parsed = recommendation.safeParse(jsonOf(Parameter?.Value));
  if (!parsed.success)
    throw new Error(
      `${Name} in ${region}: got ${visibleText(String(Parameter?.Value).slice(0, 100))}; expected JSON with image_id and image_name; nothing was written`,
      { cause: parsed.error },
    );
  return { id: parsed.data.image_id, name: parsed.data.image_name };
}

function jsonOf(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

function merged(locked: AmiLock, moved: readonly Comparison[]): AmiLock {
  const amis: AmiLock = structuredClone(locked);
  for (const { region, architecture, recommended } of moved)
    amis[region] = { ...amis[region], [architecture]: recommended };
  return amis;
}

function sentenceOf({ region, architecture, locked, recommended }: Comparison): string {
  const place = `${region}  ${architecture}  `;
  const next = `${recommended.id} (${visibleText(recommended.name)})`;
  if (locked === undefined) return `${place}none → ${next}`;
  if (locked.id === recommended.id) return `${place}${next}, as recommended`;
  return `${place}${locked.id} (${visibleText(locked.name)}) → ${next}`;
}
