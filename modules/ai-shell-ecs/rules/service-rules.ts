import type { ServiceProps } from '../props';
import type { AiShellEcsSettings } from '../settings';
import { isInRange, type Rule } from './rule';

/** A rule that only speaks where there is a service. */
function ofService(
  id: string,
  problem: (service: ServiceProps, settings: AiShellEcsSettings) => string | undefined,
): Rule {
  return {
    id,
    problem: (settings) =>
      settings.given.service === undefined ? undefined : problem(settings.given.service, settings),
  };
}

export const serviceRules: readonly Rule[] = [
  ofService('service-without-task', (_service, { given }) =>
    given.task === false
      ? 'service: got one with task: false; it has no task definition to run; leave task out, or remove service'
      : undefined,
  ),
  ofService('service-on-unlisted-provider', (_service, { cluster }) =>
    cluster.otherCapacityProviders === undefined
      ? 'service: got one in a joined cluster without cluster.otherCapacityProviders; ECS refuses a capacity provider that the cluster does ' +
        'not list; name the other providers of the cluster, [] if it has none, so that the whole list is written'
      : undefined,
  ),
  ofService('load-balancer-port', ({ loadBalancer }) =>
    loadBalancer === undefined || isInRange(loadBalancer.containerPort, 1, 65_535)
      ? undefined
      : `service.loadBalancer.containerPort: got ${loadBalancer.containerPort}; allowed 1 to 65535; choose the port that the shell listens on`,
  ),
  ofService('load-balancer-without-way', ({ loadBalancer }, { network }) =>
    loadBalancer === undefined ||
    loadBalancer.securityGroupId !== undefined ||
    network.securityGroupIds !== undefined
      ? undefined
      : "service.loadBalancer.securityGroupId: got none; the instances' own group lets nothing in, and every shell would be unhealthy; name the " +
        'group of the load balancer, or give network.securityGroupIds',
  ),
  ofService('service-scaling', ({ scaling, desiredCount }) => {
    if (scaling === undefined) return undefined;
    const { minCount, maxCount, targetCpuPercent, targetMemoryPercent } = scaling;
    const areCounts = [minCount, desiredCount, maxCount].every(
      (count) => Number.isInteger(count) && count >= 0,
    );
    if (!areCounts || minCount > desiredCount || desiredCount > maxCount || maxCount === 0)
      return (
        `service.scaling: got minCount ${minCount}, desiredCount ${desiredCount}, maxCount ${maxCount}; they are counts in this order, and the ` +
        'maximum is at least 1; correct them'
      );
    const targets = [targetCpuPercent, targetMemoryPercent].filter((target) => target !== undefined);
    return targets.length > 0 && targets.every((target) => isInRange(target, 1, 100))
      ? undefined
      : `service.scaling: got targets [${targets.join(', ')}]; at least one of targetCpuPercent and targetMemoryPercent, 1 to 100 percent; add it`;
  }),
  ofService('rebalancing-without-room', ({ availabilityZoneRebalancing, maximumPercent = 200 }) =>
    availabilityZoneRebalancing && maximumPercent <= 100
      ? `service.maximumPercent: got ${maximumPercent} with availabilityZoneRebalancing; ECS starts a shell elsewhere before it stops one; write more ` +
        'than 100'
      : undefined,
  ),
];
