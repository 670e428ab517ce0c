import { appendFileSync } from 'node:fs';
import { renderMarkdown, SUMMARY_UNITS } from '../review/render/markdown';
import type { Review } from '../review/render/review';

/** Writes the review where GitHub Actions shows it beside the job, or on standard output where there is no such place. */
export function writeSummary(review: Review, env: NodeJS.ProcessEnv = process.env): void {
  writeSummaryText(renderMarkdown(review, { maxUnits: SUMMARY_UNITS }), env);
}

export function writeSummaryText(text: string, env: NodeJS.ProcessEnv = process.env): void {
  const path = env['GITHUB_STEP_SUMMARY'];
  if (path) appendFileSync(path, text);
  else process.stdout.write(text);
}

/** Sets an output of the step; nothing outside of GitHub Actions. The value has one line. */
export function setStepOutput(name: string, value: string, env: NodeJS.ProcessEnv = process.env): void {
  const path = env['GITHUB_OUTPUT'];
  if (path) appendFileSync(path, `${name}=${value.replace(/[\r\n]+/g, ' ')}\n`);
}
