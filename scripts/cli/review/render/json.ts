import * as z from 'zod';
import { exactDigits } from '../input/exact-json';
import { COUNT_NAMES, FINDING_KINDS, needsEyes, type StackReview } from '../model/stack-review';
import type { Review } from './review';

const value = z.unknown().describe('A value of an attribute, without secrets.');
const count = z.number().int().nonnegative();
const text = z.string();
const fingerprint = z.string().regex(/^[0-9a-f]{32}$/, '32 hexadecimal digits');

const attribute = z.object({
  path: text,
  before: value.optional(),
  after: value.optional(),
  isUnknown: z.boolean().describe('Known after the apply only.'),
  isSecret: z.boolean().describe('The values differ in what is hidden.'),
  text: z.object({ before: text, after: text }).optional().describe('Both sides decoded, such as user data.'),
});

const toolFinding = z.object({
  tool: text,
  rule: text,
  level: z.enum(['error', 'warning', 'note', 'none']),
  message: text,
  address: text.optional(),
  location: text.optional(),
});

const resource = z.object({
  address: text,
  type: text,
  action: z.enum(['no-op', 'create', 'read', 'update', 'delete', 'forget', 'replace']),
  order: z
    .enum(['gap', 'no-gap', 'kept'])
    .optional()
    .describe('Of a replacement; kept: the old object stays.'),
  previousAddress: text.optional(),
  importId: text.optional(),
  hasGeneratedConfig: z.boolean(),
  deposed: text.optional(),
  constructPath: text.optional(),
  reason: text.optional(),
  replacePaths: z.array(text),
  attributes: z.array(attribute),
  meaning: z.array(text),
  consequence: z.object({ kind: z.enum(['data', 'serves']), lost: text }).optional(),
  findings: z.array(z.object({ kind: z.enum(FINDING_KINDS), sentence: text })),
  toolFindings: z.array(toolFinding),
  rank: count.describe('0 loses data, 9 changes nothing in the account.'),
  fingerprint,
});

const finding = z.object({ kind: z.enum(FINDING_KINDS), stack: text, address: text, sentence: text });
const exception = z.object({ finding, reason: text, expires: z.iso.date() });

const stack = z.object({
  name: text,
  source: z.enum(['plan', 'redacted-plan', 'configuration']),
  terraformVersion: text.optional(),
  counts: z.object({
    add: count,
    change: count,
    replace: count,
    destroy: count,
    move: count,
    import: count,
    forget: count,
    read: count,
  }),
  needsEyes: z.array(text).describe('Addresses, the most important first.'),
  changes: z.array(resource),
  outputs: z.array(
    z.object({
      name: text,
      action: z.enum(['create', 'update', 'delete']),
      before: value.optional(),
      after: value.optional(),
      isUnknown: z.boolean(),
      isSensitive: z.boolean(),
    }),
  ),
  drift: z.object({
    objects: count,
    moves: z.array(z.object({ from: text, to: text })),
    groups: z.array(
      z.object({
        type: text,
        path: text.optional(),
        outcome: z.enum(['put-back', 'kept', 'neither', 'deleted', 'recreated']),
        addresses: z.array(text),
        before: value.optional(),
        after: value.optional(),
        planned: value.optional(),
        isRelevant: z.boolean(),
      }),
    ),
  }),
  deferred: z.array(z.object({ address: text, reason: text })),
  failingChecks: z.array(z.object({ name: text, status: text, messages: z.array(text) })),
  actionInvocations: z.array(text),
  churn: z.array(z.object({ from: text, to: text })),
  toolFindings: z.array(toolFinding),
  configurationBlocks: z.array(text).optional().describe('Blocks that are no resources and differ.'),
  isErrored: z.boolean(),
  isComplete: z.boolean(),
  isApplyable: z.boolean().optional(),
  fingerprint,
});

/** The JSON form of a review. A field is never renamed within a version. */
export const reviewSchema = z
  .object({
    version: z.literal(1),
    fingerprint,
    stacks: z.array(stack),
    policy: z
      .object({
        failOn: z.array(z.enum(FINDING_KINDS)),
        violations: z.array(finding),
        excepted: z.array(exception),
        expired: z.array(exception),
      })
      .optional(),
    expectation: z.object({ expected: text, isSame: z.boolean(), differences: z.array(text) }).optional(),
    needPlan: z.array(text).optional(),
  })
  .describe('What `warmpath review --format json` writes.');

export type ReviewJson = z.infer<typeof reviewSchema>;

/** Returns the review as one JSON document that {@link reviewSchema} describes. */
export function renderJson(review: Review): string {
  const { policy, expectation, needPlan } = review;
  const document = {
    version: 1,
    fingerprint: review.fingerprint,
    stacks: review.stacks.map(stackJson),
    ...(policy !== undefined && {
      policy: {
        failOn: [...policy.failOn],
        violations: [...policy.violations],
        excepted: policy.excepted.map(exceptionJson),
        expired: policy.expired.map(exceptionJson),
      },
    }),
    ...(expectation !== undefined && {
      expectation: { ...expectation, differences: [...expectation.differences] },
    }),
    ...(needPlan !== undefined && { needPlan: [...needPlan] }),
  };
  return `${JSON.stringify(document, replaceExactNumbers, 2).replace(INVISIBLE, escaped)}\n`;
}

function exceptionJson({
  finding: about,
  exception: { reason, expires },
}: NonNullable<Review['policy']>['excepted'][number]) {
  return { finding: about, reason, expires };
}

function stackJson(review: StackReview): object {
  const { changes, counts, ...rest } = review;
  return {
    ...rest,
    counts: Object.fromEntries(COUNT_NAMES.map((name) => [name, counts[name]])),
    needsEyes: needsEyes(review).map(({ address }) => address),
    changes: changes.map(({ action, ...change }) => ({
      ...change,
      action: action.kind,
      ...(action.kind === 'replace' && { order: action.order }),
    })),
  };
}

/** Characters that turn text around or are not seen; JSON itself escapes those below space only. */
const INVISIBLE = /[\p{Cf}\p{Zl}\p{Zp}\u007f-\u009f]/gu;

/** Returns a character as JSON writes it in ASCII. */
function escaped(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}

/** A number that a double cannot hold is written as a string of its digits. */
function replaceExactNumbers(_key: string, item: unknown): unknown {
  return exactDigits(item) ?? item;
}

/** Returns the published JSON Schema of {@link reviewSchema}. */
export function reviewJsonSchema(): string {
  return `${JSON.stringify(z.toJSONSchema(reviewSchema, { io: 'input' }), undefined, 2)}\n`;
}
