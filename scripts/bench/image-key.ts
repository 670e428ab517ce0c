/** What each way to decide about a build misses, and builds for nothing, over the edits of which a real builder has told the truth. */
import {
  builtForNothing,
  cachedBuild,
  keyAfter,
  missedOf,
  replay,
  type Strategy,
} from '../../__tests__/scripts/cli/image/truth/replay';
import { type Bench, type BenchResult, rounded } from './bench';
import { CdkAssetHash } from './cdk-asset-hash';
import { copiedFilesHash, gitTree, wholeContextHash } from './image-key-peers';

/** Share of the edits that change nothing and are built all the same. */
const MAX_FALSE = 0.3;

const CDK = 'AWS CDK (its code)';
const WAYS = {
  'whole context': wholeContextHash,
  'git tree': gitTree,
  'files of COPY (Skaffold)': copiedFilesHash,
  'cached buildx': cachedBuild,
  ours: async (folder, edit) => (await keyAfter(folder, edit)).key,
} satisfies Readonly<Record<string, Strategy>>;

/** The AWS CDK's own code; nothing, and the reason said, where it cannot be installed. */
function installedCdk(say: (line: string) => void): CdkAssetHash | undefined {
  try {
    return CdkAssetHash.install();
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    say(`${CDK}: not measured, its package cannot be installed:\n${text.trim()}`);
    return undefined;
  }
}

async function run(say: (line: string) => void): Promise<BenchResult> {
  const cdk = installedCdk(say);
  try {
    return await compared({ ...(cdk && { [CDK]: (folder) => cdk.of(folder) }), ...WAYS }, say);
  } finally {
    cdk?.remove();
  }
}

async function compared(
  ways: Readonly<Record<string, Strategy>>,
  say: (line: string) => void,
): Promise<BenchResult> {
  const shares: Record<string, number> = {};
  const notes: Record<string, string> = {};
  for (const [name, strategy] of Object.entries(ways)) {
    const all = await replay(strategy);
    const changed = all.filter((edit) => edit.changed).length;
    const [missed, forNothing] = [missedOf(all).length, builtForNothing(all).length];
    shares[name] = rounded(forNothing / (all.length - changed));
    notes[name] =
      `missed ${missed} of ${changed}, built ${forNothing} of ${all.length - changed} for nothing`;
    say(`${name}: ${notes[name]} (${shares[name]})`);
  }
  const { ours = Number.NaN, ...others } = shares;
  return {
    name: imageKeyBench.name,
    unit: 'share of the edits that change nothing and are built',
    ours,
    others,
    ratios: { 'edits that change nothing': ours },
    // Counted and not timed: one look is enough.
    targets: {
      'edits that change nothing': { atMost: MAX_FALSE, verdict: ours <= MAX_FALSE ? 'met' : 'missed' },
    },
    notes,
  };
}

export const imageKeyBench: Bench = {
  name: 'image-key',
  summary: 'which changes each way to decide about a build misses, and how often it builds for nothing',
  run,
};
