import { bakeDocument } from '../golden-ami/bake-document';
import { COMPONENT_DATA_LIMIT_CHARACTERS, renderComponent } from '../golden-ami/component-document';
import { ecrRepository } from '../image-reference';
import type { ImageSource } from '../image-source';
import { lockedImage } from '../images-lock';
import { imageSourcesOf } from '../settings';
import { isInRange, type Rule } from './rule';

/** Of the length of a long real one. */
const LONGEST_REFERENCE = 'r'.repeat(200);

const BUILD_DATE = /\{\{ *imagebuilder:buildDate *\}\}/;

export const goldenAmiRules: readonly Rule[] = [
  {
    id: 'golden-ami-name',
    problem: ({ given: { goldenAmi } }) =>
      goldenAmi?.amiName === undefined || BUILD_DATE.test(goldenAmi.amiName)
        ? undefined
        : `goldenAmi.amiName: got "${goldenAmi.amiName}"; without the build date the second build has the name of the first and fails; ` +
          'include {{ imagebuilder:buildDate }}',
  },
  {
    id: 'golden-ami-retention',
    problem: ({ given: { goldenAmi } }) =>
      goldenAmi?.keepImages === undefined || isInRange(goldenAmi.keepImages, 1, 10)
        ? undefined
        : `goldenAmi.keepImages: got ${goldenAmi.keepImages}; a lifecycle policy retains 1 to 10; choose a number within it`,
  },
  {
    id: 'golden-ami-and-ami',
    problem: ({ given: { goldenAmi, ami } }) =>
      goldenAmi === undefined || ami === undefined || ami.from !== 'ssm'
        ? undefined
        : 'ami: got an SSM parameter together with goldenAmi; the instances take the golden AMI, and ami is only its stand-in until the first ' +
          "build; leave ami out, or write { from: 'id' }",
  },
  {
    id: 'golden-ami-outside-ecr',
    problem: ({ given: { goldenAmi, image } }) => {
      if (goldenAmi === undefined) return undefined;
      const url = repositoryUrlOf(image);
      return url === undefined || ecrRepository(url) !== undefined
        ? undefined
        : `goldenAmi: got an image of ${url}; only pushes to a private ECR repository of the account start a build; move the image ` +
            'to ECR, or leave goldenAmi out';
    },
  },
  {
    id: 'golden-ami-two-accelerators',
    problem: ({ given: { goldenAmi }, instances: { rootVolume } }) =>
      (goldenAmi?.fastSnapshotRestoreZones ?? []).length > 0 &&
      rootVolume.initializationRateMibps !== undefined
        ? 'goldenAmi.fastSnapshotRestoreZones: got zones together with instances.rootVolume.initializationRateMibps; the rate wins and fast ' +
          'restore is paid for nothing; write one of them'
        : undefined,
  },
  {
    id: 'golden-ami-volume-size',
    problem: ({ given: { goldenAmi }, instances: { rootVolume } }) =>
      goldenAmi === undefined || isInRange(rootVolume.sizeGib, 1, 16_000)
        ? undefined
        : `instances.rootVolume.sizeGib: got ${rootVolume.sizeGib} together with goldenAmi; Image Builder makes volumes of up to 16,000 GiB; ` +
          'choose at most that, or leave goldenAmi out',
  },
  {
    id: 'golden-ami-component-size',
    problem: (settings) => {
      const { name, given } = settings;
      if (given.goldenAmi === undefined) return undefined;
      const additionalReferences = imageSourcesOf(settings)
        .slice(1)
        .map(() => LONGEST_REFERENCE);
      const document = bakeDocument({
        name,
        referenceParameter: name,
        additionalReferences,
        registrySecrets: {},
      });
      const characters = renderComponent(document).length;
      return characters <= COMPONENT_DATA_LIMIT_CHARACTERS
        ? undefined
        : `additionalImages: got ${additionalReferences.length}, those of sidecars among them, which make a component of ${characters} characters; Image Builder accepts ` +
            `${COMPONENT_DATA_LIMIT_CHARACTERS}; bake fewer images`;
    },
  },
];

/** `undefined` when the lock file does not tell, which is a problem of its own. */
function repositoryUrlOf(image: ImageSource): string | undefined {
  switch (image.from) {
    case 'tag':
      return image.repositoryUrl;
    case 'digest':
      return image.reference.split('@')[0];
    case 'lock':
      return lockedImage(image.lockFile, image.name)?.repo;
  }
}
