/** Props that no variable of a written module sets, and those that a README says why of. */
import { readFileSync } from 'node:fs';
import { Token } from 'cdktf';

/** Dotted names of the props that hang on a variable. */
export function namesOfVariables(props: unknown, prefix = ''): readonly string[] {
  if (Token.isUnresolved(props)) return [prefix];
  if (typeof props !== 'object' || props === null || Array.isArray(props)) return [];
  return Object.entries(props).flatMap(([name, value]) =>
    namesOfVariables(value, prefix === '' ? name : `${prefix}.${name}`),
  );
}

/** The props in the first column of a README's table that begins with `| only in TypeScript | why |`; `a.*` is all below `a`. */
export function explainedProps(readme: string, all: readonly string[]): readonly string[] {
  const [, rows = ''] =
    /^\| only in TypeScript \| why \|\n\| --- \| --- \|\n((?:\|.*\n)+)/m.exec(readFileSync(readme, 'utf8')) ??
    [];
  const named = rows.split('\n').flatMap((row) => {
    const [, names = '', why = ''] =
      row.split(' | ').length === 2 ? (/^\| (.*) \| (.*) \|$/.exec(row) ?? []) : [];
    return why.length < 10 ? [] : [...names.matchAll(/`([\w.*]+)`/g)].map(([, name = '']) => name);
  });
  return named
    .flatMap((name) =>
      name.endsWith('.*') ? all.filter((prop) => prop.startsWith(name.slice(0, -1))) : [name],
    )
    .sort();
}
