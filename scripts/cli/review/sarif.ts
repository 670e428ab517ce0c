import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { BadInput } from '../bad-input';
import { decodeText } from './input/decode-text';
import type { StackReview, ToolFinding } from './model/stack-review';
import { Masker } from './secrets/masker';

const message = z.object({ text: z.string().optional(), markdown: z.string().optional() }).optional();

const sarifLog = z.object({
  version: z.string(),
  runs: z.array(
    z.object({
      tool: z.object({ driver: z.object({ name: z.string() }) }),
      results: z
        .array(
          z.object({
            ruleId: z.string().optional(),
            rule: z.object({ id: z.string().optional() }).optional(),
            level: z.enum(['error', 'warning', 'note', 'none']).optional(),
            kind: z.string().optional(),
            suppressions: z.array(z.unknown()).nullish(),
            message,
            locations: z
              .array(
                z.object({
                  physicalLocation: z
                    .object({
                      artifactLocation: z.object({ uri: z.string().optional() }).optional(),
                      region: z.object({ startLine: z.number().optional() }).optional(),
                    })
                    .optional(),
                  logicalLocations: z
                    .array(
                      z.object({ name: z.string().optional(), fullyQualifiedName: z.string().optional() }),
                    )
                    .optional(),
                  message,
                }),
              )
              .nullish(),
            properties: z.record(z.string(), z.unknown()).optional(),
          }),
        )
        .nullish(),
    }),
  ),
});

/** Findings of one tool with all that may name their resource. */
interface LocatedFinding {
  readonly finding: ToolFinding;
  readonly hints: readonly string[];
}

/**
 * Reads a SARIF 2.1 file.
 *
 * @throws BadInput where it is none
 */
export function readSarif(path: string): readonly LocatedFinding[] {
  let value: unknown;
  try {
    value = JSON.parse(decodeText(readFileSync(path)).text);
  } catch (cause) {
    throw new BadInput(`--sarif ${path}: cannot be read as JSON; write it with the tool's SARIF output`, {
      cause,
    });
  }
  const parsed = sarifLog.safeParse(value);
  if (!parsed.success || !parsed.data.version.startsWith('2.'))
    throw new BadInput(
      `--sarif ${path}: got JSON that is no SARIF 2.1; write it with the tool's SARIF output`,
    );
  const masker = new Masker();
  return parsed.data.runs.flatMap(({ tool, results }) =>
    (results ?? [])
      .filter(({ kind, suppressions }) => kind !== 'pass' && (suppressions ?? []).length === 0)
      .map((result) => {
        const locations = result.locations ?? [];
        const logical = locations.flatMap(({ logicalLocations }) =>
          (logicalLocations ?? []).flatMap(
            ({ fullyQualifiedName, name }) => fullyQualifiedName ?? name ?? [],
          ),
        );
        const [first] = locations;
        const uri = first?.physicalLocation?.artifactLocation?.uri;
        const line = first?.physicalLocation?.region?.startLine;
        const text = result.message?.text ?? result.message?.markdown ?? '';
        const properties = Object.values(result.properties ?? {}).filter((item) => typeof item === 'string');
        return {
          finding: {
            tool: tool.driver.name,
            rule: result.ruleId ?? result.rule?.id ?? '(no rule)',
            level: result.level ?? 'warning',
            message: masker.maskText(text),
            ...(uri !== undefined && { location: line === undefined ? uri : `${uri}:${line}` }),
          },
          hints: [
            ...logical,
            ...properties,
            text,
            ...locations.flatMap(({ message: note }) => note?.text ?? []),
          ],
        };
      }),
  );
}

/** Returns the findings without the secrets that the reviewed plans give away: a tool quotes what it complains of. */
export function maskFindings(
  findings: readonly LocatedFinding[],
  maskers: readonly Masker[],
): readonly LocatedFinding[] {
  function masked(text: string): string {
    return maskers.reduce((result, masker) => masker.maskText(result), text);
  }
  return findings.map(({ finding, hints }) => ({
    finding: {
      ...finding,
      message: masked(finding.message),
      ...(finding.location !== undefined && { location: masked(finding.location) }),
    },
    hints,
  }));
}

/** Puts each finding at the resource that it names; one that names none stands beside the stack, where there is one only. */
export function placeFindings(
  stacks: readonly StackReview[],
  findings: readonly LocatedFinding[],
): readonly StackReview[] {
  const byAddress = new Map<string, ToolFinding[]>();
  const rest: ToolFinding[] = [];
  const addresses = stacks
    .flatMap(({ changes }) => changes.map(({ address }) => address))
    .sort((left, right) => right.length - left.length);
  for (const { finding, hints } of findings) {
    const address = addresses.find((candidate) => hints.some((hint) => names(hint, candidate)));
    if (address === undefined) rest.push(finding);
    else byAddress.set(address, [...(byAddress.get(address) ?? []), { ...finding, address }]);
  }
  return stacks.map((stack, index) => ({
    ...stack,
    changes: stack.changes.map((change) => ({
      ...change,
      toolFindings: byAddress.get(change.address) ?? [],
    })),
    toolFindings: index === 0 ? rest : [],
  }));
}

/** Tools write the address as it is, without its index, or behind the name of a module. */
function names(hint: string, address: string): boolean {
  const plain = address.replace(/\[(?:"(?:[^"\\]|\\.)*"|\d+)\]$/, '');
  return [address, plain].some((form) => {
    const at = hint.indexOf(form);
    return at !== -1 && !/[\w.-]/.test(hint[at - 1] ?? ' ') && !/[\w-]/.test(hint[at + form.length] ?? ' ');
  });
}
