import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { BadInput } from '../../bad-input';
import { FINDING_KINDS, type FindingKind, type StackReview } from '../model/stack-review';

const exception = z.strictObject({
  kind: z.enum(FINDING_KINDS),
  /** Address, with `*` for any characters. */
  address: z.string().min(1),
  /** Stack, with `*` for any characters. @default every stack */
  stack: z.string().min(1).optional(),
  reason: z.string().min(1, 'a reason is needed'),
  /** Last day on which it holds. */
  expires: z.iso.date('a date such as 2026-12-31'),
});

const policyFile = z.strictObject({
  $schema: z.string().optional(),
  failOn: z.array(z.enum(FINDING_KINDS)).optional(),
  exceptions: z.array(exception).optional(),
  secrets: z
    .strictObject({ names: z.array(z.string()).optional(), values: z.array(z.string()).optional() })
    .optional(),
});

export type PolicyFile = z.infer<typeof policyFile>;
export type PolicyException = z.infer<typeof exception>;

/** A finding that the policy speaks of. */
export interface PolicyFinding {
  readonly kind: FindingKind;
  readonly stack: string;
  readonly address: string;
  readonly sentence: string;
}

/** What a policy makes of a review. */
export interface PolicyResult {
  readonly failOn: readonly FindingKind[];
  readonly violations: readonly PolicyFinding[];
  readonly excepted: readonly { readonly finding: PolicyFinding; readonly exception: PolicyException }[];
  /** Exceptions that would have applied, had they not expired. */
  readonly expired: readonly { readonly finding: PolicyFinding; readonly exception: PolicyException }[];
}

/**
 * Reads a policy file.
 *
 * @throws BadInput that names every field that is wrong
 */
export function readPolicyFile(path: string): PolicyFile {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new BadInput(`--policy ${path}: cannot be read as JSON; correct it`, { cause });
  }
  const parsed = policyFile.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    (issue) => `${issue.path.join('.') || 'the file'}: ${issue.message}`,
  );
  throw new BadInput(
    `--policy ${path}: ${problems.join('; ')}; allowed failOn (${FINDING_KINDS.join(', ')}), exceptions {kind, address, stack, reason, expires}, secrets {names, values}`,
  );
}

/** What a review is told of further secrets. */
export interface SecretOptions {
  readonly secretNames: readonly string[];
  readonly secretValues: readonly string[];
}

/** Returns the secrets that a policy names: every review of one plan needs the same, or its fingerprint is another. */
export function secretsOf({ secrets }: Pick<PolicyFile, 'secrets'> = {}): SecretOptions {
  return { secretNames: secrets?.names ?? [], secretValues: secrets?.values ?? [] };
}

/** As {@link secretsOf}, of a policy file. @throws BadInput where it is none */
export function secretsOfFile(path: string | undefined): SecretOptions {
  return secretsOf(path === undefined ? undefined : readPolicyFile(path));
}

/** Compares what the stacks would do with what the policy forbids. `today` is a date such as `2026-11-20`. */
export function applyPolicy(
  stacks: readonly StackReview[],
  failOn: readonly FindingKind[],
  exceptions: readonly PolicyException[],
  today: string,
): PolicyResult {
  const violations: PolicyFinding[] = [];
  const excepted: { finding: PolicyFinding; exception: PolicyException }[] = [];
  const expired: { finding: PolicyFinding; exception: PolicyException }[] = [];
  for (const finding of findingsOf(stacks, failOn)) {
    const matching = exceptions.filter((candidate) => appliesTo(candidate, finding));
    const valid = matching.find(({ expires }) => expires >= today);
    const [old] = matching;
    if (valid !== undefined) excepted.push({ finding, exception: valid });
    else {
      violations.push(finding);
      if (old !== undefined) expired.push({ finding, exception: old });
    }
  }
  return { failOn, violations, excepted, expired };
}

function findingsOf(
  stacks: readonly StackReview[],
  failOn: readonly FindingKind[],
): readonly PolicyFinding[] {
  return stacks.flatMap((stack) =>
    stack.changes.flatMap(({ address, findings }) =>
      findings
        .filter(({ kind }) => failOn.includes(kind))
        .map(({ kind, sentence }) => ({ kind, stack: stack.name, address, sentence })),
    ),
  );
}

function appliesTo(candidate: PolicyException, finding: PolicyFinding): boolean {
  return (
    candidate.kind === finding.kind &&
    matches(candidate.address, finding.address) &&
    matches(candidate.stack ?? '*', finding.stack)
  );
}

function matches(pattern: string, text: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(text);
}
