import { ref, Token } from 'cdktf';
import { declare, type HclModuleStack, type ModuleVariable } from '../../parts/hcl-module';
import { MINUTES_OF_WEEK, WEEKDAYS } from '../pool-plan';
import type { FollowDemandProps, PoolWindowProps, WarmPoolProps } from '../props';

const DAYS = JSON.stringify(WEEKDAYS);

function minutesOf(time: string): string {
  return `(tonumber(split(":", ${time})[0]) * 60 + tonumber(split(":", ${time})[1]))`;
}

/** Every window as `[begin, length]` in minutes of the week, one for each of its days. */
const SPANS =
  'flatten([for w in var.warm_pool_schedule : [for d in w.days : { ' +
  `from = index(${DAYS}, d) * 1440 + ${minutesOf('w.from')}, ` +
  `length = (${minutesOf('w.to')} - ${minutesOf('w.from')} + 1440) % 1440 == 0 ? 1440 : (${minutesOf('w.to')} - ${minutesOf('w.from')} + 1440) % 1440 }]])`;

const variables = {
  warm_pool_time_zone: {
    description: 'IANA time zone of warm_pool_schedule and warm_pool_follow_demand, such as Europe/Berlin',
    default: 'UTC',
    validations: [
      {
        // Which zones there are, Terraform does not know: the function says so, and its alarm rings.
        condition:
          'can(regex("^(UTC|Etc/[A-Za-z0-9+-]+|[A-Z][A-Za-z]+/[A-Za-z_-]+(/[A-Za-z_]+)?)$", var.warm_pool_time_zone))',
        message: 'warm_pool_time_zone: an IANA name, such as Europe/Berlin or UTC.',
      },
    ],
  },
  warm_pool_schedule: {
    description:
      'Windows of the week in which the warm pool has another size, by the local clock: 08:00 to 18:00, or over midnight 22:00 to 06:00; 0 for no pool. Between them warm_pool_follow_demand or warm_pool_min_size holds',
    type: `list(object({ days = optional(list(string), ${DAYS}), from = string, to = string, min_size = number }))`,
    default: [],
    validations: [
      {
        condition:
          'alltrue([for w in var.warm_pool_schedule : can(regex("^([01][0-9]|2[0-3]):[0-5][0-9]$", w.from)) && can(regex("^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$", w.to)) && w.from != w.to])',
        message:
          'warm_pool_schedule: from and to are HH:MM, 00:00 to 23:59, to also 24:00, and not the same.',
      },
      {
        condition: `alltrue([for w in var.warm_pool_schedule : length(w.days) > 0 && length(distinct(w.days)) == length(w.days) && alltrue([for d in w.days : contains(${DAYS}, d)])])`,
        message: `warm_pool_schedule: days are of ${WEEKDAYS.join(', ')}, each once, at least one.`,
      },
      {
        condition:
          'alltrue([for w in var.warm_pool_schedule : w.min_size >= 0 && floor(w.min_size) == w.min_size])',
        message: 'warm_pool_schedule: min_size is 0 or a whole number of instances.',
      },
      {
        // What the other conditions refuse is no overlap.
        condition: `try(alltrue(flatten([for i, a in ${SPANS} : [for j, b in ${SPANS} : i >= j || ((b.from - a.from + ${MINUTES_OF_WEEK}) % ${MINUTES_OF_WEEK} >= a.length && (a.from - b.from + ${MINUTES_OF_WEEK}) % ${MINUTES_OF_WEEK} >= b.length)]])), true)`,
        message:
          'warm_pool_schedule: two windows overlap, and a pool has one size at a time; end one where the other begins.',
      },
      {
        condition:
          '(length(var.warm_pool_schedule) == 0 && var.warm_pool_follow_demand == null) || var.warm_pool_max_group_prepared_capacity == 0',
        message:
          'warm_pool_schedule: warm_pool_max_group_prepared_capacity is set beside it or warm_pool_follow_demand, which say the whole size of the pool; leave it out.',
      },
    ],
  },
  warm_pool_follow_demand: {
    description:
      'Sizes the warm pool by hour of the week, outside of warm_pool_schedule: the smallest one that was enough during covered_percent of the refills of the last eight weeks',
    type: 'object({ max_size = number, min_size = optional(number, 1), covered_percent = optional(number, 99), refill_seconds = optional(number, 600) })',
    nullable: true,
    validations: [
      {
        condition:
          'var.warm_pool_follow_demand == null || try(var.warm_pool_follow_demand.max_size >= 1 && var.warm_pool_follow_demand.min_size >= 0 && var.warm_pool_follow_demand.min_size <= var.warm_pool_follow_demand.max_size, false)',
        message: 'warm_pool_follow_demand: min_size is 0 or more, and max_size at least 1 and min_size.',
      },
      {
        condition:
          'var.warm_pool_follow_demand == null || try(var.warm_pool_follow_demand.covered_percent >= 50 && var.warm_pool_follow_demand.covered_percent <= 100 && var.warm_pool_follow_demand.refill_seconds >= 60 && var.warm_pool_follow_demand.refill_seconds <= 7200, false)',
        message: 'warm_pool_follow_demand: covered_percent is 50 to 100, refill_seconds 60 to 7200.',
      },
      {
        condition: 'var.warm_pool_follow_demand == null || var.create_cold_start_metrics',
        message:
          'warm_pool_follow_demand: it follows launches that the cold-start metrics count; leave create_cold_start_metrics true.',
      },
    ],
  },
} as const satisfies Record<string, ModuleVariable>;

/** When the pool has which size; only where a function sizes it anyway. */
export function poolPlanProps(
  stack: HclModuleStack,
): Pick<WarmPoolProps, 'timeZone' | 'schedule' | 'followDemand'> {
  const { warm_pool_time_zone: timeZone } = declare(stack, variables);
  return {
    timeZone: timeZone.stringValue,
    schedule: token<readonly PoolWindowProps[]>(
      '[for w in var.warm_pool_schedule : { days = w.days, from = w.from, to = w.to, minSize = w.min_size }]',
    ),
    followDemand: token<FollowDemandProps>(
      'var.warm_pool_follow_demand == null ? null : { maxSize = var.warm_pool_follow_demand.max_size, minSize = var.warm_pool_follow_demand.min_size, ' +
        'coveredPercent = var.warm_pool_follow_demand.covered_percent, refillSeconds = var.warm_pool_follow_demand.refill_seconds }',
    ),
  };

  /** What Terraform fills in, in the shape of the prop. */
  function token<Prop>(expression: string): Prop {
    return Token.asAny(ref(expression, stack)) as unknown as Prop;
  }
}
