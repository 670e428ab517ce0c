import type { PlanDocument, PlanResourceChange } from '../../../../scripts/cli/review/input/plan-document';
import type { JsonValue } from '../../../../scripts/cli/review/model/json-value';
import { type ReviewStackOptions, reviewStack } from '../../../../scripts/cli/review/model/review-stack';
import type { ResourceReview, StackReview } from '../../../../scripts/cli/review/model/stack-review';
import { renderHtml } from '../../../../scripts/cli/review/render/html';
import { renderJson } from '../../../../scripts/cli/review/render/json';
import { renderMarkdown } from '../../../../scripts/cli/review/render/markdown';

type Change = Partial<PlanResourceChange['change']>;

/** An entry of a plan, such as `entry('aws_sqs_queue.slices', 'update', { before: …, after: … })`. */
export function entry(
  address: string,
  actions: string,
  change: Change = {},
  rest: Partial<PlanResourceChange> = {},
): PlanResourceChange {
  const [type = '', name = ''] = address.replace(/^(?:module\.[^.]+\.)+/, '').split(/[.[]/);
  return {
    address,
    mode: 'managed',
    type,
    name,
    ...rest,
    change: {
      before: null,
      after: null,
      after_unknown: {},
      before_sensitive: {},
      after_sensitive: {},
      ...change,
      actions: actions.split(','),
    },
  };
}

export function plan(...changes: PlanResourceChange[]): PlanDocument {
  return { resource_changes: changes };
}

export function review(document: PlanDocument, options: Partial<ReviewStackOptions> = {}): StackReview {
  return reviewStack(document, { name: 'prewarm-prod', source: 'plan', ...options });
}

/** The review of a plan with one change. */
export function reviewOf(
  change: PlanResourceChange,
  options: Partial<ReviewStackOptions> = {},
): ResourceReview {
  const [only] = review(plan(change), options).changes;
  if (only === undefined) throw new Error(`${change.address} does nothing`);
  return only;
}

export function markdownOf(...stacks: StackReview[]): string {
  return renderMarkdown({ stacks, fingerprint: 'f'.repeat(32) });
}

/** The review in all of its forms, one after the other. */
export function everyFormOf(...stacks: StackReview[]): string {
  const whole = { stacks, fingerprint: 'f'.repeat(32) };
  return [renderMarkdown(whole), renderHtml(whole), renderJson(whole)].join('\n');
}

/** A policy as attributes hold it. */
export function policy(...statements: JsonValue[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}
