/**
 * The query protocol in front of a group: what the SDK sends as a form and reads as XML, with the calls refused that Auto Scaling refuses.
 * @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_Operations.html
 */
import type { AutoScalingGroup, Instance, Pool, PoolState, Refresh } from './auto-scaling-group';
import { Fault, invalid } from './fault';

const NAMESPACE = 'http://autoscaling.amazonaws.com/doc/2011-01-01/';

function escaped(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function element(name: string, value: string | number | boolean): string {
  return `<${name}>${escaped(String(value))}</${name}>`;
}

function wrapped(name: string, ...inner: readonly string[]): string {
  return `<${name}>${inner.join('')}</${name}>`;
}

function members(items: readonly string[]): string {
  return items.map((item) => wrapped('member', item)).join('');
}

function instanceXml({ health, id, lifecycle, template }: Instance): string {
  return [
    element('InstanceId', id),
    element('AvailabilityZone', 'eu-central-1a'),
    element('LifecycleState', lifecycle),
    element('HealthStatus', health),
    element('ProtectedFromScaleIn', false),
    wrapped('LaunchTemplate', element('LaunchTemplateId', 'lt-0a1b2c3d'), element('Version', template)),
  ].join('');
}

function poolXml({ maxPrepared, minSize, reuse, state }: Pool): string {
  return wrapped(
    'WarmPoolConfiguration',
    ...(maxPrepared < 0 ? [] : [element('MaxGroupPreparedCapacity', maxPrepared)]),
    element('MinSize', minSize),
    element('PoolState', state),
    wrapped('InstanceReusePolicy', element('ReuseOnScaleIn', reuse)),
  );
}

function refreshXml(group: AutoScalingGroup, refresh: Refresh): string {
  const left = refresh.status === 'InProgress' ? group.outdated(refresh).length : 0;
  return [
    element('InstanceRefreshId', refresh.id),
    element('AutoScalingGroupName', group.name),
    element('Status', refresh.status),
    element('PercentageComplete', Math.round(100 - (100 * left) / Math.max(1, refresh.targets.size))),
    element('InstancesToUpdate', left),
  ].join('');
}

/** The parameters of a call, each checked as it is read. */
class Form {
  constructor(private readonly form: URLSearchParams) {}

  optional(name: string): string | undefined {
    return this.form.get(name) ?? undefined;
  }

  required(name: string): string {
    const value = this.optional(name);
    if (value === undefined || value === '')
      throw invalid(
        `1 validation error detected: Value null at '${camel(name)}' failed to satisfy constraint: Member must not be null`,
      );
    return value;
  }

  integer(name: string, { otherwise, least, most = Number.MAX_SAFE_INTEGER }: IntegerRule): number {
    const text = this.optional(name);
    if (text === undefined) return otherwise;
    const value = Number(text);
    if (!/^-?\d+$/.test(text)) throw new Fault('MalformedInput', `Invalid Integer ${text}`);
    if (value < least || value > most)
      throw invalid(
        `1 validation error detected: Value '${text}' at '${camel(name)}' failed to satisfy constraint: Member must have value ` +
          (value < least ? `greater than or equal to ${least}` : `less than or equal to ${most}`),
      );
    return value;
  }

  flag(name: string): boolean {
    return this.optional(name) === 'true';
  }

  oneOf<Value extends string>(name: string, allowed: readonly Value[], otherwise?: Value): Value {
    const text = otherwise === undefined ? this.required(name) : this.optional(name);
    if (text === undefined && otherwise !== undefined) return otherwise;
    const found = allowed.find((value) => value === text);
    if (found === undefined)
      throw invalid(
        `1 validation error detected: Value '${text}' at '${camel(name)}' failed to satisfy constraint: Member must satisfy enum value set: [${allowed.join(', ')}]`,
      );
    return found;
  }
}

interface IntegerRule {
  readonly otherwise: number;
  readonly least: number;
  readonly most?: number;
}

function camel(name: string): string {
  const last = name.split('.').at(-1) ?? name;
  return last.charAt(0).toLowerCase() + last.slice(1);
}

const POOL_STATES: readonly PoolState[] = ['Hibernated', 'Stopped', 'Running'];

export interface AutoScalingApiOptions {
  /** Instances on a page of DescribeWarmPool. @default 50, the most that AWS gives */
  readonly pageSize?: number;
}

/** Returns what answers the calls for one group: the inner XML of the result, or throws a {@link Fault}. */
export function autoScalingApi(
  group: AutoScalingGroup,
  { pageSize = 50 }: AutoScalingApiOptions = {},
): (form: URLSearchParams) => string {
  function named(form: Form): AutoScalingGroup {
    const name = form.required('AutoScalingGroupName');
    if (name !== group.name)
      throw invalid(`AutoScalingGroup name not found - AutoScalingGroup '${name}' not found`);
    return group;
  }

  const actions: Readonly<Record<string, (form: Form) => string>> = {
    DescribeAutoScalingGroups: (form) => {
      const asked = form.optional('AutoScalingGroupNames.member.1');
      const found = asked === undefined || asked === group.name ? [group] : [];
      return wrapped(
        'AutoScalingGroups',
        members(
          found.map(({ desired, instances, maxSize, name, pool, template }) =>
            [
              element('AutoScalingGroupName', name),
              element('MinSize', 0),
              element('MaxSize', maxSize),
              element('DesiredCapacity', desired),
              wrapped(
                'LaunchTemplate',
                element('LaunchTemplateId', 'lt-0a1b2c3d'),
                element('Version', template),
              ),
              // Those of the pool are told by DescribeWarmPool alone.
              wrapped(
                'Instances',
                members(
                  instances.filter(({ lifecycle }) => !lifecycle.startsWith('Warmed:')).map(instanceXml),
                ),
              ),
              ...(pool === undefined ? [] : [poolXml(pool)]),
            ].join(''),
          ),
        ),
      );
    },
    DescribeWarmPool: (form) => {
      const { instances, pool } = named(form);
      const size = form.integer('MaxRecords', { otherwise: pageSize, least: 1, most: 50 });
      const token = form.optional('NextToken');
      const from = token === undefined ? 0 : Number(/^page-(\d+)$/.exec(token)?.[1]);
      if (Number.isNaN(from)) throw new Fault('InvalidNextToken', "The token '' is invalid.");
      const pooled = instances.filter(({ lifecycle }) => lifecycle.startsWith('Warmed:'));
      const page = pooled.slice(from, from + size);
      return [
        ...(pool === undefined ? [] : [poolXml(pool)]),
        wrapped('Instances', members(page.map(instanceXml))),
        ...(from + size < pooled.length ? [element('NextToken', `page-${from + size}`)] : []),
      ].join('');
    },
    PutWarmPool: (form) => {
      named(form).putPool({
        // What is left out falls back to these, whatever was there.
        minSize: form.integer('MinSize', { otherwise: 0, least: 0 }),
        maxPrepared: form.integer('MaxGroupPreparedCapacity', { otherwise: -1, least: -1 }),
        state: form.oneOf('PoolState', POOL_STATES, 'Stopped'),
        reuse: form.flag('InstanceReusePolicy.ReuseOnScaleIn'),
      });
      return '';
    },
    DeleteWarmPool: (form) => {
      named(form).deletePool(form.flag('ForceDelete'));
      return '';
    },
    SetInstanceHealth: (form) => {
      group.setHealth(form.required('InstanceId'), form.oneOf('HealthStatus', ['Healthy', 'Unhealthy']));
      return '';
    },
    CompleteLifecycleAction: (form) => {
      const hook = form.required('LifecycleHookName');
      if (hook !== named(form).hook)
        throw invalid(`No Lifecycle Hook found with name ${hook} for Auto Scaling group ${group.name}`);
      group.complete(
        form.required('InstanceId'),
        form.oneOf('LifecycleActionResult', ['CONTINUE', 'ABANDON']),
        form.optional('LifecycleActionToken'),
      );
      return '';
    },
    StartInstanceRefresh: (form) => {
      const low = form.integer('Preferences.MinHealthyPercentage', { otherwise: 90, least: 0, most: 100 });
      const high = form.integer('Preferences.MaxHealthyPercentage', {
        otherwise: 100,
        least: 100,
        most: 200,
      });
      if (high - low > 100)
        throw invalid(
          'The difference between MaxHealthyPercentage and MinHealthyPercentage cannot exceed 100.',
        );
      const version = form.optional('DesiredConfiguration.LaunchTemplate.Version');
      if (version === undefined && form.flag('Preferences.AutoRollback'))
        throw invalid('Auto rollback requires a desired configuration.');
      return element(
        'InstanceRefreshId',
        named(form).startRefresh({
          template: version === undefined ? group.template : Number(version),
          maxHealthyPercent: high,
          skipMatching: form.flag('Preferences.SkipMatching'),
        }),
      );
    },
    DescribeInstanceRefreshes: (form) => {
      const asked = form.optional('InstanceRefreshIds.member.1');
      const size = form.integer('MaxRecords', { otherwise: 50, least: 1, most: 100 });
      const found = named(form).refreshes.filter(({ id }) => asked === undefined || id === asked);
      return wrapped(
        'InstanceRefreshes',
        members(found.slice(0, size).map((refresh) => refreshXml(group, refresh))),
      );
    },
    CancelInstanceRefresh: (form) => element('InstanceRefreshId', named(form).cancelRefresh()),
    TerminateInstanceInAutoScalingGroup: (form) => {
      const id = form.required('InstanceId');
      const found = group.instances.find((instance) => instance.id === id);
      if (found === undefined || found.lifecycle.startsWith('Warmed:'))
        throw invalid(`Instance Id not found - No managed instance found for instance ID ${id}`);
      group.setHealth(id, 'Unhealthy');
      return '';
    },
  };

  return (form) => {
    const action = form.get('Action') ?? '';
    const run = actions[action];
    if (run === undefined)
      throw new Fault('InvalidAction', `Could not find operation ${action} for version 2011-01-01`);
    const result = run(new Form(form));
    return (
      `<${action}Response xmlns="${NAMESPACE}"><${action}Result>${result}</${action}Result>` +
      `<ResponseMetadata><RequestId>0</RequestId></ResponseMetadata></${action}Response>`
    );
  };
}

/** The body of a refused call. */
export function faultXml({ code, message, status }: Fault): string {
  return (
    `<ErrorResponse xmlns="${NAMESPACE}"><Error><Type>${status < 500 ? 'Sender' : 'Receiver'}</Type>` +
    `${element('Code', code)}${element('Message', message)}</Error><RequestId>0</RequestId></ErrorResponse>`
  );
}
