import * as fc from 'fast-check';
import { originOf } from '../../../../lambdas/task-start-metrics/instance-origin';
import {
  DERIVED_AGENT_VARIABLES,
  renderEcsAgentConfig,
} from '../../../../modules/ai-shell-ecs/boot/ecs-agent-config';
import { resolveSettings } from '../../../../modules/ai-shell-ecs/settings';
import { minimal } from '../props';

const { agent } = resolveSettings(minimal);
const warm = { clusterName: 'shells', hasWarmPool: true, isSpot: false, agent };

/** As the agent reads it: one variable a line, the last one wins. */
function parse(text: string): Map<string, string> {
  return new Map(
    text
      .trimEnd()
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

describe('renderEcsAgentConfig()', () => {
  it('always names the cluster, because the agent would join the default one', () => {
    expect(parse(renderEcsAgentConfig(warm)).get('ECS_CLUSTER')).toBe('shells');
  });

  it('checks for warm pools exactly with a pool, and drains on Spot notice exactly with Spot', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.boolean(), (hasWarmPool, isSpot) => {
        const config = parse(renderEcsAgentConfig({ ...warm, hasWarmPool, isSpot }));
        expect(config.has('ECS_WARM_POOLS_CHECK')).toBe(hasWarmPool);
        expect(config.has('ECS_ENABLE_SPOT_INSTANCE_DRAINING')).toBe(isSpot);
      }),
    );
  });

  it('is safe for images that no task has used yet', () => {
    const config = parse(renderEcsAgentConfig(warm));
    expect(config.get('ECS_IMAGE_PULL_BEHAVIOR')).toBe('prefer-cached');
    expect(config.get('ECS_ENABLE_UNTRACKED_IMAGE_CLEANUP')).toBe('false');
  });

  it('keeps awsvpc tasks from the credentials of the instance', () => {
    expect(parse(renderEcsAgentConfig(warm)).get('ECS_AWSVPC_BLOCK_IMDS')).toBe('true');
  });

  it('writes attributes as JSON that survives', () => {
    const attributes = { purpose: 'shell', zone: 'a b' };
    const config = parse(renderEcsAgentConfig({ ...warm, agent: { ...agent, attributes } }));
    expect(JSON.parse(config.get('ECS_INSTANCE_ATTRIBUTES') ?? '')).toEqual({
      ...attributes,
      'warmpath.origin': 'cold-launch',
    });
  });

  it('says how an instance came into service in the words that the measurements read', () => {
    const config = parse(renderEcsAgentConfig(warm));
    const attributes = Object.entries<string>(JSON.parse(config.get('ECS_INSTANCE_ATTRIBUTES') ?? ''));
    expect(originOf(attributes.map(([name, value]) => ({ name, value })))).toBe('cold-launch');
    expect(originOf([{ name: 'warmpath.origin', value: 'warm-pool' }])).toBe('warm-pool');
    expect(originOf([{ name: 'ecs.os-type', value: 'linux' }])).toBeUndefined();
  });

  it('says how an instance came into service only where there is a pool to come from', () => {
    const config = parse(renderEcsAgentConfig({ ...warm, hasWarmPool: false }));
    expect(config.has('ECS_INSTANCE_ATTRIBUTES')).toBe(false);
  });

  it('names each variable once, whatever is added verbatim', () => {
    const name = fc.stringMatching(/^ECS_[A-Z]{1,12}$/);
    const extra = fc.dictionary(
      name.filter((key) => !DERIVED_AGENT_VARIABLES.some((derived) => derived === key)),
      fc.stringMatching(/^[a-z0-9]{0,10}$/),
    );
    fc.assert(
      fc.property(extra, (given) => {
        const text = renderEcsAgentConfig({ ...warm, agent: { ...agent, extra: given } });
        const config = parse(text);
        expect(text.trimEnd().split('\n')).toHaveLength(config.size);
        for (const [key, value] of Object.entries(given)) expect(config.get(key)).toBe(value);
      }),
    );
  });
});
