import type * as z from 'zod';
import { MUST_BUILD } from '../../exit-codes';
import type { Doubt } from '../dockerfile/instructions';
import type { planJson, plannedImageJson } from '../output/json-results';
import { renderPlan } from '../output/render-plan';
import { type PlannedImage, planImage } from '../plan/plan-image';
import { openProject, type ProjectOptions } from '../project';

export interface PlanOptions extends ProjectOptions {
  /** Exit code 3 where something must be built. */
  readonly detailedExitcode: boolean;
}

/** Tells for each image whether it must be built and why; builds nothing. Returns the exit code. */
export async function plan(options: PlanOptions): Promise<number> {
  const project = openProject(options);
  const planned = await Promise.all(
    project.images.map((image) => planImage(image, { ...project, unreachable: 'build' })),
  );
  if (options.json) process.stdout.write(`${JSON.stringify(asJson(planned, options.offline === true))}\n`);
  else process.stdout.write(renderPlan(planned, options.offline === true));
  return options.detailedExitcode && planned.some(({ decision }) => decision === 'build') ? MUST_BUILD : 0;
}

function asJson(planned: readonly PlannedImage[], offline: boolean): z.infer<typeof planJson> {
  return { schemaVersion: 1, command: 'plan', offline, images: planned.map(imageAsJson) };
}

function imageAsJson(planned: PlannedImage): z.infer<typeof plannedImageJson> {
  const { image, decision, key, digest, reasons, warnings } = planned;
  return {
    name: image.name,
    decision,
    key: key.key,
    tag: key.tag,
    digest: digest ?? null,
    reasons: [...reasons],
    widened: key.widened.map(note),
    warnings: warnings.map(note),
  };
}

function note({ line, reason }: Doubt): { line: number | null; reason: string } {
  return { line: line > 0 ? line : null, reason };
}
