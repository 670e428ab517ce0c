/** Whether the roles of an applied stack allow what was asked for under their names, which the emulator itself never checks. */
import type { AppliedStack } from './applied-stack';

/** One entry of what `emulator/calls.py` noted. */
export interface NotedCall {
  readonly role: string;
  readonly action: string;
  /** An ARN; `any` where the call names none. */
  readonly resource: string;
}

interface Statement {
  readonly Effect: string;
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
}

/** What every role asked for since the emulator started. */
export async function notedCalls(): Promise<readonly NotedCall[]> {
  const answer = await fetch(`${process.env['AWS_ENDPOINT_URL']}/calls`);
  return (await answer.json()) as readonly NotedCall[];
}

/** The emulator's account is another one than that of the stack. */
function anyAccount(arn: string): string {
  return arn.replaceAll(/:\d{12}:/g, ':account:');
}

function covers(pattern: string, arn: string): boolean {
  const literal = anyAccount(pattern).replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${literal.replaceAll('*', '.*')}$`).test(anyAccount(arn));
}

export class RolePolicies {
  private readonly statements = new Map<string, Statement[]>();

  constructor(stack: AppliedStack) {
    for (const { role, policy } of stack.resources('aws_iam_role_policy')) {
      const { Statement: added } = JSON.parse(String(policy)) as { Statement: Statement[] };
      this.statements.set(String(role), [...(this.statements.get(String(role)) ?? []), ...added]);
    }
  }

  allows({ role, action, resource }: NotedCall): boolean {
    return (this.statements.get(role) ?? []).some(
      ({ Effect, Action, Resource }) =>
        Effect === 'Allow' &&
        Action.includes(action) &&
        (resource === 'any' || Resource.some((pattern) => covers(pattern, resource))),
    );
  }

  /** What is granted and was never asked for, as `role action`, one line for each. */
  unused(calls: readonly NotedCall[]): readonly string[] {
    const used = new Set(calls.map(({ role, action }) => `${role} ${action}`));
    return [...this.statements]
      .flatMap(([role, statements]) =>
        statements.flatMap(({ Effect, Action }) =>
          Effect === 'Allow' ? Action.map((action) => `${role} ${action}`) : [],
        ),
      )
      .filter((granted) => !used.has(granted))
      .sort();
  }
}
