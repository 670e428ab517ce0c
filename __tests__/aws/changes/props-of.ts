/** The props that an interface declares, by name, as TypeScript reads its source. */
import { readFileSync } from 'node:fs';
import ts from 'typescript';

/**
 * The dotted names of all props below an interface: those of nested interfaces and of each member of a union of object types
 * count, a list or a record counts as one.
 */
export function propsOf(root: string, files: readonly string[]): readonly string[] {
  const declared = new Map<string, ts.Node>();
  for (const file of files) {
    const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
    source.forEachChild((node) => {
      if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node))
        declared.set(node.name.text, node);
    });
  }

  /** `undefined` for a type that has no props of its own here: a text, a number, a list. */
  function members(node: ts.Node | undefined): readonly ts.PropertySignature[] | undefined {
    if (node === undefined) return undefined;
    if (ts.isTypeReferenceNode(node)) {
      const [argument] = node.typeArguments ?? [];
      return node.typeName.getText() === 'Partial'
        ? members(argument)
        : members(declared.get(node.typeName.getText()));
    }
    if (ts.isInterfaceDeclaration(node)) {
      const inherited = (node.heritageClauses ?? []).flatMap(({ types }) =>
        types.flatMap(({ expression, typeArguments: [argument] = [] }) =>
          expression.getText() === 'Partial'
            ? (members(argument) ?? [])
            : (members(declared.get(expression.getText())) ?? []),
        ),
      );
      return [...inherited, ...node.members.filter(ts.isPropertySignature)];
    }
    if (ts.isTypeLiteralNode(node)) return node.members.filter(ts.isPropertySignature);
    if (ts.isTypeAliasDeclaration(node)) return members(node.type);
    if (ts.isUnionTypeNode(node)) {
      const found = node.types.flatMap((type) => members(type) ?? []);
      return found.length === 0 ? undefined : found;
    }
    return undefined;
  }

  function names(node: ts.Node | undefined, prefix: string): readonly string[] {
    return (members(node) ?? []).flatMap((property) => {
      const name = `${prefix}${property.name.getText()}`;
      const below = names(property.type, `${name}.`);
      return below.length > 0 ? below : [name];
    });
  }
  const found = names(declared.get(root), '');
  if (found.length === 0) throw new Error(`${root} has no props in ${files.join(', ')}`);
  return [...new Set(found)].sort();
}
