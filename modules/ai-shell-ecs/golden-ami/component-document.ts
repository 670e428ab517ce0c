/**
 * A document of EC2 Image Builder's component runner.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-use-documents.html
 */
export interface ComponentDocument {
  readonly name: string;
  readonly description: string;
  readonly schemaVersion: '1.0';
  readonly phases: readonly ComponentPhase[];
}

export interface ComponentPhase {
  /** `build` and `validate` run on the build instance, `test` on a fresh one of the new AMI. */
  readonly name: 'build' | 'validate' | 'test';
  readonly steps: readonly BashStep[];
}

export interface BashStep {
  readonly name: string;
  readonly action: 'ExecuteBash';
  readonly timeoutSeconds: number;
  readonly onFailure: 'Abort';
  readonly inputs: { readonly commands: readonly string[] };
}

/** @see https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_CreateComponent.html */
export const COMPONENT_DATA_LIMIT_CHARACTERS = 16_000;

/** The document as Image Builder takes it: JSON, which is YAML of the one kind that needs no library to write. */
export function renderComponent(document: ComponentDocument): string {
  return JSON.stringify(document, null, 2);
}

export function bashStep(name: string, timeoutSeconds: number, commands: readonly string[]): BashStep {
  // A failed command in the middle of a step would go unnoticed otherwise.
  const script = ['set -euo pipefail', ...commands].join('\n');
  return { name, action: 'ExecuteBash', timeoutSeconds, onFailure: 'Abort', inputs: { commands: [script] } };
}
