import { isInRange, type Rule } from './rule';

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
];
