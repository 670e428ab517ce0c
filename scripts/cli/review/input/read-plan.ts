import * as z from 'zod';
import { BadInput } from '../../bad-input';
import { isObject } from '../model/json-value';
import { type DecodedText, decodeText } from './decode-text';
import { parseExactJson } from './exact-json';
import { type PlanDocument, planDocument } from './plan-document';

/** A saved plan of HCP Terraform holds no plan: it names the run whose plan is to be fetched. */
export interface RunBookmark {
  readonly runId: string;
  readonly hostname: string;
}

export type PlanInput =
  | {
      readonly kind: 'plan';
      readonly plan: PlanDocument;
      /** HCP Terraform's form for those who may read a run, but not its state. */
      readonly isRedacted: boolean;
    }
  | { readonly kind: 'run'; readonly bookmark: RunBookmark };

const SHOW = 'write the plan with `terraform show -json PLANFILE`';
const SUPPORTED_MAJOR = '1';

const bookmark = z.object({ remote_plan_format: z.literal(1), run_id: z.string(), hostname: z.string() });

/**
 * Reads what `terraform show -json` or `tofu show -json` printed, or one of the two other forms of HCP Terraform.
 *
 * @throws BadInput with the cause, where the document is something else
 */
export function readPlan(source: string, bytes: Buffer): PlanInput {
  return readPlanText(source, decodeText(bytes));
}

/** As {@link readPlan}, for a caller that keeps no bytes: those of a large plan take as much memory as its text. */
export function readPlanText(source: string, { text, isUtf16 }: DecodedText): PlanInput {
  const document = parseDocument(source, text, isUtf16);
  if ('remote_plan_format' in document) {
    const saved = bookmark.safeParse(document);
    if (!saved.success)
      throw refusal(source, 'a saved plan of HCP Terraform in a form that is not known', SHOW);
    return { kind: 'run', bookmark: { runId: saved.data.run_id, hostname: saved.data.hostname } };
  }
  checkKind(source, document);
  const parsed = planDocument.safeParse(document);
  if (!parsed.success)
    throw refusal(source, `plan JSON that is damaged: ${firstProblem(parsed.error)}`, `${SHOW} again`);
  return { kind: 'plan', plan: parsed.data, isRedacted: 'plan_format_version' in document };
}

function parseDocument(source: string, text: string, isUtf16: boolean): Record<string, unknown> {
  const trimmed = text.trim();
  if (trimmed === '') throw refusal(source, 'an empty document', SHOW);
  let value: unknown;
  try {
    value = parseExactJson(trimmed);
  } catch (error) {
    // What Windows PowerShell reads in another code page than it was written in loses quotes.
    if (isUtf16 && trimmed.startsWith('{') && trimmed.endsWith('}'))
      throw refusal(
        source,
        'JSON in UTF-16 that is damaged, as by Windows PowerShell where letters outside ASCII are in it',
        `${SHOW} in cmd, or after [Console]::OutputEncoding = [Text.Encoding]::UTF8`,
        error,
      );
    throw refusal(source, notJson(trimmed), `${SHOW}, alone in its file`, error);
  }
  if (!isObject(value)) throw refusal(source, notAnObject(value), SHOW);
  return value as Record<string, unknown>;
}

/** Every plan has one of these, also one that does nothing. */
const PARTS_OF_A_PLAN = [
  'planned_values',
  'resource_changes',
  'resource_drift',
  'output_changes',
  'configuration',
  'prior_state',
  'variables',
  'checks',
  'deferred_changes',
  'action_invocations',
  'deferred_action_invocations',
  'errored',
  'applyable',
  'complete',
];

function notAnObject(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length} documents in one file`;
  const isText = typeof value === 'string' && value.trimStart().startsWith('{');
  return isText ? 'JSON as a text in quotes, so encoded twice' : 'JSON that is no object';
}

/** Says what the text is instead of one JSON document. */
function notJson(text: string): string {
  const [first = '', second = ''] = text.split('\n', 2).map((line) => line.trim());
  if (isLogLine(first)) return 'the log of `plan -json`, one JSON object a line';
  if (/^\[command\]/.test(first))
    return "a line of the setup action's wrapper before the JSON (set terraform_wrapper: false)";
  if (text.startsWith('PK\u0003\u0004')) return 'a plan file, which is binary';
  // The second byte of gzip is none of UTF-8.
  if (text.startsWith('\u001f\ufffd')) return 'a compressed file';
  const begin = text.search(/\{\s*"/);
  if (begin > 0 && !text.startsWith('{') && endOfFirstObject(text.slice(begin)) !== undefined)
    return 'other text before the JSON, such as what a wrapper or a debug log writes';
  if (!text.startsWith('{')) return 'a document that is no JSON, such as the text of a plan';
  if (isWholeObject(first) && second.startsWith('{'))
    return 'two documents in one file, such as those of several Terragrunt units';
  const end = endOfFirstObject(text);
  if (end !== undefined && text.slice(end).trim() !== '')
    return text.slice(end).trim().startsWith('{')
      ? 'two documents in one file, such as those of several Terragrunt units'
      : 'JSON with other text behind it';
  return 'JSON that is damaged or cut off';
}

function isLogLine(line: string): boolean {
  return line.startsWith('{"@level"') || /^\{.*"@(?:level|message|module)":/.test(line.slice(0, 2_000));
}

function isWholeObject(line: string): boolean {
  try {
    return isObject(JSON.parse(line));
  } catch {
    return false;
  }
}

function endOfFirstObject(text: string): number | undefined {
  let depth = 0;
  let isString = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (isString) {
      if (character === '\\') at += 1;
      else if (character === '"') isString = false;
    } else if (character === '"') isString = true;
    else if (character === '{') depth += 1;
    else if (character === '}') {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return undefined;
}

function checkKind(source: string, document: Record<string, unknown>): void {
  if (typeof document['@level'] === 'string')
    throw refusal(source, 'a line of the log of `plan -json`', SHOW);
  if (typeof document['lineage'] === 'string' || isStateFile(document))
    throw refusal(source, 'a state file', SHOW);
  if ('valid' in document && 'diagnostics' in document)
    throw refusal(source, 'the result of `validate -json`', SHOW);
  const version = document['format_version'] ?? document['plan_format_version'];
  if (typeof version !== 'string' || version === '') throw refusal(source, withoutVersion(document), SHOW);
  if (version.split('.')[0] !== SUPPORTED_MAJOR)
    throw refusal(
      source,
      `plan JSON of format_version ${version.slice(0, 20)}`,
      `allowed ${SUPPORTED_MAJOR}.x; ${SHOW} of Terraform 1.1 or later, or of OpenTofu`,
    );
  if ('values' in document && !('resource_changes' in document) && !('planned_values' in document))
    throw refusal(source, 'a state (`show -json` without a plan file)', SHOW);
  if ('format_version' in document && !PARTS_OF_A_PLAN.some((part) => part in document))
    throw refusal(source, whatHasNoPlan(document), SHOW);
  if (
    'provider_schemas' in document &&
    !('plan_format_version' in document) &&
    !('planned_values' in document)
  )
    throw refusal(source, 'the schemas of providers', SHOW);
}

function isStateFile({ version, ...parts }: Record<string, unknown>): boolean {
  return typeof version === 'number' && ('resources' in parts || ('modules' in parts && 'serial' in parts));
}

/** Documents that stand beside plans, by a property that they alone have. */
const OTHER_DOCUMENTS: Readonly<Record<string, string>> = {
  encrypted_data: 'a document that OpenTofu encrypted',
  errors: 'an error that an API answered',
  resource: 'a configuration, such as cdk.tf.json (compare two with --synth BASE HEAD)',
  stacks: 'a review as JSON (compare with it by --expect)',
  runs: 'findings as SARIF (add them with --sarif)',
};

/** Tools for policies wrap a plan into a document of their own, or shorten it. */
function withoutVersion(document: Record<string, unknown>): string {
  if (isPlanLike(document))
    return 'plan JSON without format_version: whoever shortened it left out which form it has';
  const other = Object.keys(document).find((key) => Object.hasOwn(OTHER_DOCUMENTS, key));
  const path = pathToPlan(document, MAX_WRAPPERS);
  return path === undefined
    ? ((other === undefined ? undefined : OTHER_DOCUMENTS[other]) ??
        'JSON without format_version, so no plan')
    : `the document of another tool, which holds a plan at ${path.join('.').slice(0, 100)}`;
}

const MAX_WRAPPERS = 3;

function pathToPlan(value: Record<string, unknown>, depth: number): readonly string[] | undefined {
  for (const [key, inner] of Object.entries(value)) {
    if (!isObject(inner) || depth === 0) continue;
    if (isPlanLike(inner)) return [key];
    const below = pathToPlan(inner, depth - 1);
    if (below !== undefined) return [key, ...below];
  }
  return undefined;
}

function isPlanLike(value: object): boolean {
  return 'resource_changes' in value || 'planned_values' in value;
}

/** Other commands of Terraform print a format_version as well. */
function whatHasNoPlan(document: Record<string, unknown>): string {
  if ('provider_schemas' in document) return 'the schemas of providers';
  if ('function_signatures' in document) return 'the functions of Terraform';
  if ('modules' in document) return 'the list of modules';
  return 'an empty state (`show -json` without a plan file), or no plan at all';
}

function firstProblem(error: z.ZodError): string {
  const [issue] = error.issues;
  return issue ? `${issue.path.map(String).join('.')}: ${issue.message}` : 'unknown';
}

function refusal(source: string, got: string, remedy: string, cause?: unknown): BadInput {
  const options = cause === undefined ? undefined : { cause };
  return new BadInput(`${source}: got ${got}; allowed one plan as JSON; ${remedy}`, options);
}
