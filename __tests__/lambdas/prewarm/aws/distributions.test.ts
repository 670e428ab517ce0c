import { CloudFrontClient } from '@aws-sdk/client-cloudfront';
import { findDistribution } from '../../../../lambdas/prewarm/aws/distributions';
import { type ScriptedService, startScriptedService } from './scripted-service';

const LISTED = [
  ['E1', 'd1.cloudfront.net', '*.example.com'],
  ['E2', 'd2.cloudfront.net', '*.shop.example.com'],
  ['E3', 'd3.cloudfront.net', 'www.example.com'],
] as const;

function summary([id, domain, alias]: (typeof LISTED)[number]): string {
  return `<DistributionSummary><Id>${id}</Id><DomainName>${domain}</DomainName><Aliases><Quantity>1</Quantity><Items><CNAME>${alias}</CNAME></Items></Aliases></DistributionSummary>`;
}

describe('the distribution that serves a name', () => {
  let service: ScriptedService;
  let client: CloudFrontClient;

  beforeAll(async () => {
    service = await startScriptedService(() => ({
      status: 200,
      body: `<DistributionList xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><IsTruncated>false</IsTruncated><Items>${LISTED.map(summary).join('')}</Items></DistributionList>`,
    }));
    client = new CloudFrontClient(service.config);
  });
  afterAll(async () => {
    client.destroy();
    await service.close();
  });

  it.each([
    ['D2.cloudfront.net', 'E2'],
    ['E2', 'E2'],
    ['www.example.com', 'E3'],
    ['img.example.com', 'E1'],
    ['a.b.example.com', 'E1'],
    ['a.shop.example.com', 'E2'],
    ['shop.example.com', 'E1'],
    ['example.com', undefined],
    ['www.example.org', undefined],
  ])('%s is %s: by its name, else by the longest wildcard', async (name, id) => {
    expect((await findDistribution(client, name))?.id).toBe(id);
  });
});
