import { type AiShellEcsSettings, imageNamesOf } from '../settings';
import { type Rule, rangeRule } from './rule';

/** Names of images in the documents of a rollout, which have no quotes and no dots. */
const IMAGE_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

function inPlace(id: string, problem: (settings: AiShellEcsSettings) => string | undefined): Rule {
  return {
    id,
    problem: (settings) => (settings.inPlaceRollout === undefined ? undefined : problem(settings)),
  };
}

export const rolloutRules: readonly Rule[] = [
  {
    id: 'in-place-settings-without-it',
    problem: ({ given }) =>
      given.inPlaceRollout !== undefined && given.rollout !== 'in-place'
        ? "inPlaceRollout: got it with rollout 'replace', which has none of it; write rollout: 'in-place', or leave it out"
        : undefined,
  },
  inPlace('in-place-image-names', (settings) => {
    const names = imageNamesOf(settings);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined)
      return `additionalImages: got ${twice} twice with rollout 'in-place', where shell, sidecars and additional images share one list of names; rename one`;
    const bad = names.find((name) => !IMAGE_NAME.test(name) || name === 'v');
    return bad === undefined
      ? undefined
      : `additionalImages: got the name ${bad} with rollout 'in-place'; allowed: 1 to 64 letters, digits, _ and -, but not v; rename it`;
  }),
  inPlace('in-place-too-many-images', (settings) => {
    const count = imageNamesOf(settings).length;
    return count <= MOST_IMAGES
      ? undefined
      : `additionalImages: got ${count} images with rollout 'in-place'; the document of a rollout holds ${MOST_IMAGES}; keep fewer on a host`;
  }),
  rangeRule(
    'in-place-ready-percent',
    'inPlaceRollout.readyPercent',
    { min: 1, max: 100, unit: 'percent' },
    ({ inPlaceRollout }) => inPlaceRollout?.readyPercent,
  ),
];

/** Three references of 170 characters each are what fits into an advanced parameter of 8 KB. */
const MOST_IMAGES = 14;
