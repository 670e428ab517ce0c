import { snsUrl } from '../../../../../scripts/cli/prewarm/listen/sns-url';

describe('addresses that a message of SNS names', () => {
  it.each([
    'sns.eu-central-1.amazonaws.com',
    'sns.cn-north-1.amazonaws.com.cn',
    'sns.us-gov-west-1.amazonaws.com',
    'sns.eusc-de-east-1.amazonaws.eu',
    'sns.us-iso-east-1.c2s.ic.gov',
    'sns.us-isob-east-1.sc2s.sgov.gov',
  ])('are those of SNS in every partition: %s', (host) => {
    expect(snsUrl('SigningCertURL', `https://${host}/x.pem`).hostname).toBe(host);
  });

  it.each([
    'https://sns.eu-central-1.amazonaws.com.example.org/x',
    'https://snsxeu-central-1.amazonaws.com/x',
    'https://sns.eu-central-1.amazonawsxcom/x',
    'https://sns.evil.s3.amazonaws.com/x',
    'https://sns.eu-central-1.c2s.ic.gov.evil/x',
    'http://sns.eu-central-1.amazonaws.com/x',
    'https://sns.eu-central-1.amazonaws.com:444/x',
    'https://user@sns.eu-central-1.amazonaws.com/x',
  ])('are nobody else’s: %s', (url) => {
    expect(() => snsUrl('SubscribeURL', url)).toThrow('SubscribeURL is no https address of sns.<region>');
  });
});
