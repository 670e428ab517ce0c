/** Rows of a README's table, each with what has to be planned for it. */
import type { Construct } from 'constructs';
import { type HclModule, writeModule } from '../../../modules/parts/hcl-module';
import { configurationOf } from '../../support/written-module';
import { CHANGED_TOGETHER } from './ai-shell-ecs-variables';
import type { ChangedCall, ModuleCall } from './change-bench';
import { type ChangeCase, patched, shown, valueAt } from './change-case';

/** A change that is planned, or that comes to nothing before a plan. */
export type PlannedCase = {
  /** Prop or variable. */
  readonly name: string;
  readonly from: string;
  readonly to: string;
} & ({ readonly call: ChangedCall } | { readonly call?: undefined; readonly instead: string });

/** A construct under test. */
export interface Subject<Props extends object> {
  readonly id: string;
  readonly build: (scope: Construct, props: Props) => void;
  /** The props with their defaults. */
  readonly resolve: (props: Props) => object;
  readonly isRefusal: (error: unknown) => boolean;
}

/** A construct's call as a written module without variables. */
export function written<Props extends object>(
  { id, build }: Subject<Props>,
  name: string,
  props: Props,
  folder: string,
): ModuleCall {
  const text = { name: `${id}-${name}`, description: '', usage: '' };
  const module: HclModule = { ...text, build: (stack) => build(stack, props) };
  return { folder: writeModule(module, folder) };
}

/** One row for each change of a prop. */
export function propCases<Props extends object, Base extends string>(
  subject: Subject<Props>,
  applied: Readonly<Record<Base, Props>>,
  cases: readonly ChangeCase<Base>[],
  folder: string,
): readonly PlannedCase[] {
  const provider = new Map<Base, string>();
  return cases.map(({ prop, base, to, patch }, index): PlannedCase => {
    const before = applied[base];
    const from = shown(valueAt(subject.resolve(before), prop) ?? valueAt(before, prop));
    const row = { name: prop, from, to };
    const usual = provider.get(base) ?? requiredProvider(written(subject, base, before, folder));
    provider.set(base, usual);
    try {
      const call = written(subject, `case-${index}`, patched<Props>(before, patch), folder);
      const needed = requiredProvider(call);
      if (needed !== usual) return { ...row, instead: `needs the AWS provider ${needed}` };
      return { ...row, call: { ...call, of: `${subject.id}-${base}` } };
    } catch (error) {
      if (!subject.isRefusal(error)) throw error;
      return { ...row, instead: 'refused' };
    }
  });
}

/**
 * One row for each changed variable of a written module that was applied with `given`.
 * @param named what distinguishes these rows from those of another module
 */
export function variableCases(
  of: string,
  { folder, arguments: given = {} }: ModuleCall,
  changed: Readonly<Record<string, unknown>>,
  named = '',
): readonly PlannedCase[] {
  const { variable: declared = {} } = configurationOf(folder);
  return Object.entries(changed).map(([name, value]) => ({
    name: `${name}${named}`,
    from: shown(given[name] ?? declared[name]?.['default'] ?? undefined),
    to: shown(value),
    call: { folder, arguments: { ...given, ...CHANGED_TOGETHER[name], [name]: value }, of },
  }));
}

function requiredProvider({ folder }: ModuleCall): string {
  const required = configurationOf(folder)['terraform']?.['required_providers'] as {
    aws: { version: string };
  };
  return required.aws.version;
}
