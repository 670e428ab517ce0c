/** The calls of an instance refresh, as Auto Scaling and EC2 answer them over the wire. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A refresh of the group `shell-ecs-asg` that is watched to its end without pauses. */
export const WATCHED_REFRESH = {
  group: 'shell-ecs-asg',
  watch: true,
  attach: false,
  minHealthyPercentage: 100,
  maxHealthyPercentage: 110,
  autoRollback: false,
  alarms: [],
  skipMatching: false,
  pollSeconds: 0,
} as const;

export interface FakeAutoScaling {
  readonly endpoint: string;
  /** Parameters of the refresh that was started. */
  readonly started: URLSearchParams[];
  close(): Promise<void>;
}

export interface RefreshStep {
  readonly status: string;
  readonly percent: number;
  readonly left: number;
  readonly reason?: string;
  readonly rollbackReason?: string;
}

const ID = '08b91cf7-8fa6-48af-b6a6-d227f40f1b9b';

function answer(operation: string, result: string): string {
  return (
    `<${operation}Response xmlns="http://autoscaling.amazonaws.com/doc/2011-01-01/"><${operation}Result>${result}` +
    `</${operation}Result></${operation}Response>`
  );
}

function describeStep({ status, percent, left, reason, rollbackReason }: RefreshStep): string {
  return answer(
    'DescribeInstanceRefreshes',
    `<InstanceRefreshes><member><InstanceRefreshId>${ID}</InstanceRefreshId><Status>${status}</Status>` +
      (reason === undefined ? '' : `<StatusReason>${reason}</StatusReason>`) +
      (rollbackReason === undefined
        ? ''
        : `<RollbackDetails><RollbackReason>${rollbackReason}</RollbackReason></RollbackDetails>`) +
      `<PercentageComplete>${percent}</PercentageComplete><InstancesToUpdate>${left}</InstancesToUpdate>` +
      '<ProgressDetails><WarmPoolProgress><PercentageComplete>50</PercentageComplete></WarmPoolProgress></ProgressDetails>' +
      '</member></InstanceRefreshes>',
  );
}

/** A group of two instance types on version 3 of its template. */
const GROUP = answer(
  'DescribeAutoScalingGroups',
  '<AutoScalingGroups><member><AutoScalingGroupName>shell-ecs-asg</AutoScalingGroupName><MixedInstancesPolicy>' +
    '<LaunchTemplate><LaunchTemplateSpecification><LaunchTemplateId>lt-1</LaunchTemplateId>' +
    '<LaunchTemplateName>shell-ecs</LaunchTemplateName><Version>3</Version></LaunchTemplateSpecification><Overrides>' +
    '<member><InstanceType>m7g.large</InstanceType></member><member><InstanceType>m6g.large</InstanceType></member>' +
    '</Overrides></LaunchTemplate><InstancesDistribution><OnDemandAllocationStrategy>prioritized' +
    '</OnDemandAllocationStrategy></InstancesDistribution></MixedInstancesPolicy></member></AutoScalingGroups>',
);

/** The group's template, whose newest version is 7. */
const TEMPLATE =
  '<DescribeLaunchTemplatesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><launchTemplates><item>' +
  '<launchTemplateId>lt-1</launchTemplateId><latestVersionNumber>7</latestVersionNumber></item></launchTemplates>' +
  '</DescribeLaunchTemplatesResponse>';

/** Each look at the refresh sees the next step; the last one stays. */
export async function startFakeAutoScaling(steps: readonly RefreshStep[]): Promise<FakeAutoScaling> {
  const started: URLSearchParams[] = [];
  let looks = 0;
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const call = new URLSearchParams(body);
    const step = steps[Math.min(looks, steps.length - 1)];
    let text = '';
    const action = call.get('Action');
    if (action === 'DescribeAutoScalingGroups') text = GROUP;
    else if (action === 'DescribeLaunchTemplates') text = TEMPLATE;
    else if (action === 'StartInstanceRefresh') {
      started.push(call);
      text = answer('StartInstanceRefresh', `<InstanceRefreshId>${ID}</InstanceRefreshId>`);
    } else if (step !== undefined) {
      looks += 1;
      text = describeStep(step);
    }
    response.writeHead(200, { 'content-type': 'text/xml' }).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    started,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
