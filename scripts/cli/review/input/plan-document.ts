import * as z from 'zod';
import type { JsonValue } from '../model/json-value';

const json = z.custom<JsonValue>().optional();
const text = z.string().nullish();

const change = z.object({
  actions: z.array(z.string()),
  before: json,
  after: json,
  after_unknown: json,
  before_sensitive: json,
  after_sensitive: json,
  replace_paths: z.array(z.array(z.union([z.string(), z.number()]))).nullish(),
  importing: z.object({ id: text, identity: json, unknown: z.boolean().nullish() }).nullish(),
  generated_config: text,
});

const resourceChange = z.object({
  address: z.string(),
  previous_address: text,
  module_address: text,
  mode: text,
  type: z.string().default(''),
  name: z.string().default(''),
  index: z.custom<JsonValue>().optional(),
  deposed: text,
  change,
  action_reason: text,
});

const outputChange = z.object({
  actions: z.array(z.string()),
  before: json,
  after: json,
  after_unknown: json,
  before_sensitive: json,
  after_sensitive: json,
});

const check = z.object({
  address: z.object({ to_display: z.string() }),
  status: z.string(),
  instances: z
    .array(
      z.object({
        address: z.object({ to_display: text }).nullish(),
        status: z.string(),
        problems: z.array(z.object({ message: z.string() })).nullish(),
      }),
    )
    .nullish(),
});

const actionInvocation = z.object({ address: z.string(), type: text });

function list<T extends z.ZodType>(item: T) {
  return z.array(item).nullish();
}

/** The parts of plan JSON that a review reads; others, also later ones, are passed over. */
export const planDocument = z.object({
  terraform_version: text,
  timestamp: text,
  resource_changes: list(resourceChange),
  resource_drift: list(resourceChange),
  relevant_attributes: list(z.object({ resource: z.string(), attribute: z.array(z.unknown()).nullish() })),
  output_changes: z.record(z.string(), outputChange).nullish(),
  deferred_changes: list(z.object({ reason: z.string(), resource_change: resourceChange })),
  action_invocations: list(actionInvocation),
  deferred_action_invocations: list(z.object({ action_invocation: actionInvocation.nullish() })),
  checks: list(check),
  variables: z.record(z.string(), z.object({ value: json })).nullish(),
  prior_state: z.object({ values: json }).nullish(),
  planned_values: json,
  configuration: z.object({ root_module: json, provider_config: json }).nullish(),
  complete: z.boolean().nullish(),
  errored: z.boolean().nullish(),
  applyable: z.boolean().nullish(),
});

export type PlanDocument = z.infer<typeof planDocument>;
export type PlanResourceChange = z.infer<typeof resourceChange>;
export type PlanChange = z.infer<typeof change>;
export type PlanOutputChange = z.infer<typeof outputChange>;
