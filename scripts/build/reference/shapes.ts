/** Exported interfaces and types of a TypeScript file with the docstrings of their properties, read from its text. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { repositoryRoot } from '../functions';
import { anchor, code, table } from './markdown';

interface Described {
  readonly name: string;
  readonly comment: string;
}

interface Property extends Described {
  readonly type: string;
  readonly isRequired: boolean;
  /** What `@default` says; empty where it says nothing. */
  readonly fallback: string;
}

interface Shape extends Described {
  /** Interfaces whose properties it has as well. */
  readonly bases: readonly string[];
  /** Properties of an interface; of a type, those of each of its alternatives that has any. */
  readonly alternatives: readonly (readonly Property[])[];
  /** What a type is made of, such as a union of names; empty for an interface. */
  readonly definition: string;
}

function textOf(comment: string | ts.NodeArray<ts.JSDocComment> | undefined): string {
  return (ts.getTextOfJSDocComment(comment) ?? '')
    .replaceAll(/\{@link (\w+)\}/g, '`$1`')
    .replaceAll(/\s+/g, ' ');
}

function commentOf(node: ts.Node): string {
  return ts
    .getJSDocCommentsAndTags(node)
    .filter(ts.isJSDoc)
    .map(({ comment }) => textOf(comment))
    .join(' ')
    .trim();
}

function fallbackOf(node: ts.Node): string {
  const [tag] = ts.getAllJSDocTags(node, (each): each is ts.JSDocTag => each.tagName.text === 'default');
  return textOf(tag?.comment).replace(/^- /, '');
}

function propertyOf(member: ts.PropertySignature, source: ts.SourceFile): Property {
  return {
    name: member.name.getText(source),
    comment: commentOf(member),
    type: (member.type?.getText(source) ?? '').replaceAll(/\s+/g, ' '),
    isRequired: member.questionToken === undefined,
    fallback: fallbackOf(member),
  };
}

function propertiesOf(members: ts.NodeArray<ts.TypeElement>, source: ts.SourceFile): readonly Property[] {
  return members.filter(ts.isPropertySignature).map((member) => propertyOf(member, source));
}

function shapeOfInterface(node: ts.InterfaceDeclaration, source: ts.SourceFile): Shape {
  return {
    name: node.name.text,
    comment: commentOf(node),
    bases: (node.heritageClauses ?? []).flatMap(({ types }) => types.map((type) => type.getText(source))),
    alternatives: [propertiesOf(node.members, source)],
    definition: '',
  };
}

function alternativesOf(type: ts.TypeNode): readonly ts.TypeNode[] {
  if (ts.isParenthesizedTypeNode(type)) return alternativesOf(type.type);
  if (ts.isUnionTypeNode(type) || ts.isIntersectionTypeNode(type)) return type.types.flatMap(alternativesOf);
  return [type];
}

function shapeOfType(node: ts.TypeAliasDeclaration, source: ts.SourceFile): Shape {
  const alternatives = alternativesOf(node.type);
  const written = alternatives.filter(ts.isTypeLiteralNode);
  return {
    name: node.name.text,
    comment: commentOf(node),
    bases: [],
    alternatives: written.map(({ members }) => propertiesOf(members, source)),
    definition: alternatives
      .filter((each) => !ts.isTypeLiteralNode(each))
      .map((each) => each.getText(source))
      .join(' | '),
  };
}

/** Returns every exported interface and type of the file, in its order. @param file from the repository root */
export function shapesOf(file: string): readonly Shape[] {
  const text = readFileSync(join(repositoryRoot, file), 'utf8');
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  return source.statements
    .filter((node) => ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node))
    .filter(({ modifiers }) => modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword))
    .map((node) =>
      ts.isInterfaceDeclaration(node) ? shapeOfInterface(node, source) : shapeOfType(node, source),
    );
}

/** Type of a property, with what it names linked to where the page describes it. */
function linked(type: string, known: ReadonlySet<string>): string {
  const names = [...known].filter((name) => new RegExp(`\\b${name}\\b`).test(type));
  const links = names.map((name) => `[${name}](#${anchor(name)})`);
  return known.has(type) ? (links[0] ?? '') : [code(type), ...links].join(' ');
}

function propertyTable(properties: readonly Property[], known: ReadonlySet<string>): readonly string[] {
  return table(
    ['property', 'type', 'default', 'what'],
    properties.map((property) => [
      code(property.name),
      linked(property.type, known),
      property.isRequired ? '**required**' : property.fallback,
      property.comment,
    ]),
  );
}

/** Returns the sections of a page: each interface or type with a table of its properties. */
export function shapeSections(shapes: readonly Shape[]): readonly string[] {
  const known = new Set(shapes.map(({ name }) => name));
  return shapes.flatMap(({ name, comment, bases, alternatives, definition }) => [
    `### ${name}`,
    ...(comment === '' ? [] : [comment]),
    ...(bases.length === 0 ? [] : [`Also: ${bases.map((base) => linked(base, known)).join(', ')}.`]),
    ...(definition === '' ? [] : [linked(definition, known)]),
    ...(alternatives.length > 1 ? ['One of these:'] : []),
    ...alternatives.flatMap((properties) => propertyTable(properties, known)),
  ]);
}
