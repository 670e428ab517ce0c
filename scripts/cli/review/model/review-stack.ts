import type { PlanDocument, PlanResourceChange } from '../input/plan-document';
import { meaningOf } from '../meaning/index';
import { withoutTokensInAddresses } from '../secrets/addresses';
import { knownSecrets } from '../secrets/known-secrets';
import { Masker } from '../secrets/masker';
import { SecretNames } from '../secrets/secret-names';
import { withMarkedStores } from '../secrets/secret-stores';
import { type Action, actionOf } from './actions';
import { type AttributeChange, attributeChanges } from './attribute-changes';
import { findChurn } from './churn';
import { type Consequence, consequenceOf, consequenceWithoutGap, nounOf } from './consequences';
import { reviewDrift } from './drift';
import { changeFingerprint, fingerprintOfAll } from './fingerprint';
import { displayText, type JsonValue } from './json-value';
import { outputFingerprint, reviewOutputs } from './output-changes';
import { formatPath } from './path';
import { deferredChanges, failingChecks } from './plan-notes';
import { reasonText } from './reasons';
import type { Counts, Finding, ResourceReview, StackReview } from './stack-review';

export interface ReviewStackOptions {
  readonly name: string;
  readonly source: StackReview['source'];
  /** Construct paths by address without index. @default - none are known */
  readonly constructPaths?: ReadonlyMap<string, string>;
  /** Further names of secrets, with `*` for any characters. @default - none */
  readonly secretNames?: readonly string[];
  /** Further values that are secret. @default - none */
  readonly secretValues?: readonly string[];
  /** Facts about images by digest, from images.lock.json. @default - none */
  readonly images?: ReadonlyMap<string, string>;
  /** Is told the masker of the plan, for what is said of it elsewhere, such as findings of other tools. */
  readonly collectMasker?: (masker: Masker) => void;
}

/**
 * Returns what a plan does to its stack, without secrets.
 *
 * @throws BadInput where the plan holds an action that is not known
 */
export function reviewStack(document: PlanDocument, options: ReviewStackOptions): StackReview {
  const plan = withMarkedStores(withoutTokensInAddresses(document));
  const names = new SecretNames(options.secretNames);
  const masker = new Masker([...knownSecrets(plan, names), ...(options.secretValues ?? [])], names);
  options.collectMasker?.(masker);
  const entries = (plan.resource_changes ?? []).filter(isShown);
  const changes = entries
    .map((entry) => reviewResource(entry, plan, masker, options))
    .filter((change) => change !== undefined);
  const outputs = reviewOutputs(plan, masker);
  const invocations = [
    ...(plan.action_invocations ?? []),
    ...(plan.deferred_action_invocations ?? []).flatMap(({ action_invocation: action }) => action ?? []),
  ].map(({ address }) => address);
  return {
    name: options.name,
    source: options.source,
    ...(plan.terraform_version && { terraformVersion: plan.terraform_version }),
    counts: countsOf(changes),
    changes: changes.sort((left, right) => left.rank - right.rank),
    outputs,
    drift: reviewDrift(plan, masker),
    deferred: deferredChanges(plan),
    failingChecks: failingChecks(plan, masker),
    actionInvocations: invocations,
    churn: findChurn(plan),
    toolFindings: [],
    isErrored: plan.errored === true,
    isComplete: plan.complete !== false && (plan.deferred_changes ?? []).length === 0,
    ...(typeof plan.applyable === 'boolean' && { isApplyable: plan.applyable }),
    fingerprint: fingerprintOfAll([
      ...changes.filter(({ action }) => action.kind !== 'read').map(({ fingerprint }) => fingerprint),
      ...outputs.map(outputFingerprint),
      ...invocations.map((address) => `action ${address}`),
    ]),
  };
}

/** OpenTofu lists ephemeral resources, which leave no trace; Terraform leaves them and deleted data sources out. */
function isShown({ mode, change }: PlanResourceChange): boolean {
  return mode !== 'ephemeral' && !(mode === 'data' && change.actions.join() === 'delete');
}

function reviewResource(
  entry: PlanResourceChange,
  plan: PlanDocument,
  masker: Masker,
  options: ReviewStackOptions,
): ResourceReview | undefined {
  const { address, change } = entry;
  const action = actionOf(change.actions, address);
  const previousAddress =
    entry.previous_address && entry.previous_address !== address ? entry.previous_address : undefined;
  const importId = importIdOf(entry, masker);
  if (action.kind === 'no-op' && previousAddress === undefined && importId === undefined) return undefined;
  const type = entry.type || typeOfAddress(address);
  const replacePaths = (change.replace_paths ?? []).map(formatPath);
  const attributes = shownAttributes(entry, action, replacePaths, masker);
  const { sentences, findings: special } = meaningOf({
    entry,
    type,
    action,
    attributes,
    plan,
    masker,
    images: options.images,
  });
  const consequence = lossOf(type, action, change.before);
  const findings = [...ownFindings(type, action, consequence), ...special];
  const constructPath = options.constructPaths?.get(address.replace(/\[(?:"(?:[^"\\]|\\.)*"|\d+)\]$/, ''));
  const reason = reasonText(entry.action_reason);
  return {
    address,
    type,
    action,
    ...(previousAddress !== undefined && { previousAddress }),
    ...(importId !== undefined && { importId }),
    hasGeneratedConfig: Boolean(change.generated_config),
    ...(entry.deposed && { deposed: entry.deposed }),
    ...(constructPath !== undefined && { constructPath }),
    ...(reason !== undefined && { reason }),
    replacePaths,
    attributes,
    meaning: sentences,
    ...(consequence !== undefined && { consequence }),
    findings,
    toolFindings: [],
    rank: rankOf(type, action, consequence?.kind, findings, Boolean(entry.deposed)),
    fingerprint: changeFingerprint({
      address,
      deposed: entry.deposed ?? undefined,
      previousAddress,
      importId,
      action,
      attributes,
    }),
  };
}

function importIdOf({ change }: PlanResourceChange, masker: Masker): string | undefined {
  if (!change.importing) return undefined;
  const { id, identity } = change.importing;
  if (id) return masker.maskText(id, 'id');
  return identity === undefined || identity === null
    ? '(known after apply)'
    : masker.maskText(displayText(identity), 'id');
}

function typeOfAddress(address: string): string {
  return /(?:^|\.)(?:data\.)?([a-z0-9_]+)\.[^.]+$/.exec(address)?.[1] ?? '';
}

/** What is lost or stops where an object goes; one that is kept in the account loses nothing. */
function lossOf(type: string, action: Action, before: JsonValue | undefined): Consequence | undefined {
  if (action.kind === 'delete') return consequenceOf(type, before);
  if (action.kind !== 'replace' || action.order === 'kept') return undefined;
  return action.order === 'gap' ? consequenceOf(type, before) : consequenceWithoutGap(type, before);
}

/** The differences of a resource, without those that every such change has. */
function shownAttributes(
  { change }: PlanResourceChange,
  action: Action,
  replacePaths: readonly string[],
  masker: Masker,
): readonly AttributeChange[] {
  if (action.kind === 'delete' || action.kind === 'forget') return [];
  const isNew = action.kind === 'create' || action.kind === 'read';
  const all = attributeChanges(
    {
      before: isNew ? undefined : change.before,
      after: change.after,
      unknown: change.after_unknown,
      beforeMarks: change.before_sensitive,
      afterMarks: change.after_sensitive,
    },
    masker,
  );
  const paths = new Set(all.map(({ path }) => path));
  return all.filter(({ path, isUnknown, before, after }) => {
    if (after === undefined && !isUnknown && (isDefaultTag(path, all) || isLeftToDefault(action, before)))
      return false;
    if (/^tags_all\b/.test(path)) {
      const own = path.replace(/^tags_all/, 'tags');
      const isSaid = paths.has(own) && !all.some((other) => other.path === own && other.after === undefined);
      return !isSaid && !isUnknown && !isNew;
    }
    if (!isUnknown) return true;
    // Ids and ARNs of a new object are always unknown; of one that stays, an unknown value is a change.
    return (
      action.kind === 'update' ||
      replacePaths.some((replaced) => path.startsWith(replaced)) ||
      (before !== undefined && !/^(?:id|arn)$/.test(path) && action.kind !== 'replace')
    );
  });
}

/** The provider reads default tags that change as tags of the object: they go from there, and tags_all says what becomes of them. */
function isDefaultTag(path: string, all: readonly AttributeChange[]): boolean {
  if (!/^tags\b/.test(path)) return false;
  return all.some(
    (other) => other.path.startsWith(path.replace(/^tags/, 'tags_all')) && other.after !== undefined,
  );
}

/** What nobody sets, the new object has as the old one had it. */
function isLeftToDefault(action: Action, before: JsonValue | undefined): boolean {
  return action.kind === 'replace' && (before === false || before === 0);
}

function ownFindings(type: string, action: Action, consequence: Consequence | undefined): readonly Finding[] {
  const findings: Finding[] = [];
  const noun = nounOf(type);
  if (action.kind === 'replace') findings.push({ kind: 'replace', sentence: `${noun} is replaced` });
  if (action.kind === 'delete') findings.push({ kind: 'delete', sentence: `${noun} is deleted` });
  if (consequence?.kind === 'data')
    findings.push({
      kind: 'data-loss',
      sentence: `${noun} is ${action.kind === 'delete' ? 'deleted' : 'replaced'}: ${consequence.lost}`,
    });
  return findings;
}

/** The most important first; see {@link ResourceReview.rank}. */
function rankOf(
  type: string,
  action: Action,
  consequence: 'data' | 'serves' | undefined,
  findings: readonly Finding[],
  isDeposed: boolean,
): number {
  if (isDeposed) return 6;
  if (consequence === 'data') return 0;
  if (findings.some(({ kind }) => kind === 'data-loss' || kind === 'public' || kind === 'iam-wider'))
    return 1;
  if (consequence === 'serves') return 2;
  if (action.kind === 'replace' && action.order === 'kept') return 3;
  if (action.kind === 'forget' && consequenceOf(type) !== undefined) return 3;
  switch (action.kind) {
    case 'replace':
      return 4;
    case 'delete':
      return 5;
    case 'forget':
      return 5;
    case 'update':
      return 6;
    case 'create':
      return 7;
    case 'no-op':
      return 8;
    case 'read':
      return 9;
  }
}

function countsOf(changes: readonly ResourceReview[]): Counts {
  const counts = { add: 0, change: 0, replace: 0, destroy: 0, move: 0, import: 0, forget: 0, read: 0 };
  for (const { action, previousAddress, importId } of changes) {
    if (previousAddress !== undefined) counts.move += 1;
    if (importId !== undefined) counts.import += 1;
    if (action.kind === 'create') counts.add += 1;
    if (action.kind === 'update') counts.change += 1;
    if (action.kind === 'delete') counts.destroy += 1;
    if (action.kind === 'read') counts.read += 1;
    if (action.kind === 'replace') counts.replace += 1;
    if (action.kind === 'forget' || (action.kind === 'replace' && action.order === 'kept'))
      counts.forget += 1;
  }
  return counts;
}
