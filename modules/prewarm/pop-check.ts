import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { SchedulerSchedule } from '@cdktf/provider-aws/lib/scheduler-schedule';
import { Fn, Op, Token } from 'cdktf';
import { Construct } from 'constructs';
import { policyDocument, trustService } from '../parts/policy';

/**
 * Whether PoPs still answer under names of their own. Warming depends on `<label>.<PoP>.cloudfront.net`, which AWS documents
 * nowhere and may end on any day.
 */
export interface PopCheckProps {
  /** The `cloudfront.net` name of a distribution that all PoPs serve. */
  readonly distributionDomain: string;
  /** 1 to 24. @default 6 */
  readonly everyHours?: number;
}

export const POP_CHECK_HOURS = 6;

export interface PopCheckScheduleProps extends PopCheckProps {
  readonly names: (kind: string) => string;
  readonly accountId: string;
  readonly functionArn: string;
}

/** Calls the function that checks PoPs, every few hours. */
export class PopCheckSchedule extends Construct {
  constructor(scope: Construct, id: string, props: PopCheckScheduleProps) {
    super(scope, id);
    const { names, accountId, functionArn, everyHours = POP_CHECK_HOURS } = props;
    const role = new IamRole(this, 'role', {
      name: names('pop_check_schedule_role'),
      assumeRolePolicy: trustService('scheduler.amazonaws.com', {
        StringEquals: { 'aws:SourceAccount': accountId },
      }),
    });
    const policy = new IamRolePolicy(this, 'policy', {
      name: 'invoke-pop-check',
      role: role.name,
      policy: policyDocument({
        sid: 'CheckPops',
        actions: ['lambda:InvokeFunction'],
        resources: [functionArn],
      }),
    });
    new SchedulerSchedule(this, 'Default', {
      name: names('pop_check'),
      description: 'Asks whether PoPs still have names of their own',
      scheduleExpression: rateOf(everyHours),
      flexibleTimeWindow: { mode: 'FLEXIBLE', maximumWindowInMinutes: 15 },
      target: { arn: functionArn, roleArn: role.arn },
      dependsOn: [policy],
    });
  }
}

function rateOf(everyHours: number): string {
  if (Token.isUnresolved(everyHours)) {
    const several = Fn.format('rate(%d hours)', [everyHours]);
    return Token.asString(Fn.conditional(Op.eq(everyHours, 1), 'rate(1 hour)', several));
  }
  return everyHours === 1 ? 'rate(1 hour)' : `rate(${everyHours} hours)`;
}

/** Returns a sentence for each invalid value of the check. */
export function popCheckFaults(check: PopCheckProps | undefined): string[] {
  if (check === undefined) return [];
  const { distributionDomain, everyHours = POP_CHECK_HOURS } = check;
  const faults: string[] = [];
  if (!Token.isUnresolved(distributionDomain) && !/^[a-z0-9]+\.cloudfront\.net$/.test(distributionDomain))
    faults.push(
      `popCheck.distributionDomain: got ${distributionDomain}; allowed is the distribution's own name, such as d111111abcdef8.cloudfront.net; write that`,
    );
  if (
    !Token.isUnresolved(everyHours) &&
    !(Number.isInteger(everyHours) && everyHours >= 1 && everyHours <= 24)
  )
    faults.push(`popCheck.everyHours: got ${everyHours}; allowed 1 to 24; choose a whole number within it`);
  return faults;
}
