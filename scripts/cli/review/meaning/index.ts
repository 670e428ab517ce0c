/** What a change means, in words of the operator. A type that nothing here knows has its differences only. */
import { autoScalingMeaning } from './auto-scaling';
import { containersMeaning } from './containers';
import type { Meaning, MeaningContext } from './context';
import { environmentMeaning } from './environment';
import { exposureMeaning } from './exposure';
import { imageMeaning } from './images';
import { keepingMeaning } from './keeping';
import { launchTemplateMeaning } from './launch-template';
import { policyMeaning } from './policies';
import { runningMeaning } from './running';
import { securityGroupMeaning } from './security-groups';
import { writeOnlyMeaning } from './write-only';

const FAMILIES: readonly ((context: MeaningContext) => Meaning)[] = [
  imageMeaning,
  launchTemplateMeaning,
  autoScalingMeaning,
  containersMeaning,
  environmentMeaning,
  policyMeaning,
  securityGroupMeaning,
  exposureMeaning,
  keepingMeaning,
  runningMeaning,
  writeOnlyMeaning,
];

/** Sentences of one change; a policy of a thousand statements has its differences below. */
const MAX_SENTENCES = 12;

export function meaningOf(context: MeaningContext): Meaning {
  if (context.action.kind === 'no-op' || context.action.kind === 'read')
    return { sentences: [], findings: [] };
  const meanings = FAMILIES.map((family) => family(context));
  const sentences = meanings.flatMap((meaning) => meaning.sentences);
  const left = sentences.length - MAX_SENTENCES;
  return {
    sentences: [
      ...sentences.slice(0, MAX_SENTENCES).map((sentence) => context.masker.maskText(sentence)),
      ...(left > 0 ? [`and ${left} more of the kind`] : []),
    ],
    findings: meanings
      .flatMap((meaning) => meaning.findings)
      .map((finding) => ({ ...finding, sentence: context.masker.maskText(finding.sentence) })),
  };
}
