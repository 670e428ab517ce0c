import type { Configuration } from '../build/terraform-cli';

/** Prices in USD an hour in eu-central-1, rounded up; a resource that costs by use alone is not here. */
const HOURLY: Readonly<Record<string, number>> = {
  aws_kms_key: 0.0014,
  aws_cloudwatch_metric_alarm: 0.0004,
  aws_cloudwatch_dashboard: 0.0042,
  aws_nat_gateway: 0.052,
  aws_lb: 0.027,
  aws_secretsmanager_secret: 0.0006,
};

/** A medium Graviton instance with its disk and public address; larger types cost accordingly more. */
const INSTANCE_HOURLY = 0.06;
const TEST_HOURS = 1;

/** Returns what the stacks cost while they are up, in sentences. */
export function costsOf(
  stacks: readonly { readonly name: string; readonly configuration: Configuration }[],
): readonly string[] {
  let hourly = 0;
  let instances = 0;
  for (const { configuration } of stacks)
    for (const [type, resources] of Object.entries(configuration.resource ?? {})) {
      hourly += (HOURLY[type] ?? 0) * Object.keys(resources).length;
      if (type === 'aws_autoscaling_group')
        instances += Object.values(resources).reduce<number>((sum, group) => sum + mostInstances(group), 0);
    }
  const most = hourly + instances * INSTANCE_HOURLY;
  return [
    `Resources of ${stacks.map(({ name }) => name).join(' and ')} cost about ${dollars(hourly)} an hour, and each instance about ${dollars(INSTANCE_HOURLY)}; at most ${instances} run.`,
    `The test takes about ${TEST_HOURS} hour: at most about ${dollars(most * TEST_HOURS)}, and what the objects' distribution costs for their bytes. Prices of eu-central-1; yours may differ.`,
    'Keys and log groups with protection stay in their waiting period after the end, which costs nothing more.',
  ];
}

function mostInstances(group: unknown): number {
  const max = typeof group === 'object' && group !== null && 'max_size' in group ? group.max_size : 1;
  // A pool stands beside what runs, up to the same bound.
  return 2 * (typeof max === 'number' ? max : 1);
}

function dollars(amount: number): string {
  return `${amount.toFixed(2)} USD`;
}
