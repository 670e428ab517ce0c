import { relative } from 'node:path';
import * as z from 'zod';
import { parseDockerfile } from '../dockerfile/instructions';
import { argumentFlags, hiddenArguments } from '../engine/build-arguments';
import { docker, EngineError } from '../engine/docker-process';
import type { ImageDefinition } from '../files/images-file';
import { readDockerfile } from '../key/image-key';
import { formatPlatform } from '../key/platforms';
import { contextFindings, indirectFindings } from '../lint/context-rules';
import { dockerfileFindings } from '../lint/dockerfile-rules';
import type { Finding } from '../lint/finding';
import type { lintJson } from '../output/json-results';
import { planImage } from '../plan/plan-image';
import { openProject, type ProjectOptions } from '../project';

const FAILED = 1;

const checked = z.looseObject({
  warnings: z
    .array(
      z.looseObject({
        ruleName: z.string(),
        detail: z.string().optional(),
        description: z.string().optional(),
        url: z.string().optional(),
        location: z
          .looseObject({
            ranges: z.array(z.looseObject({ start: z.looseObject({ line: z.number() }) })).optional(),
          })
          .optional(),
      }),
    )
    .nullish(),
});

/** Tells what makes images slow, large, or different every time. Returns the exit code. */
export async function lint(options: ProjectOptions): Promise<number> {
  const project = openProject(options);
  const findings: z.infer<typeof lintJson>['findings'] = [];
  for (const image of project.images) {
    const own = [
      ...dockerfileFindings(parseDockerfile(readDockerfile(image)), image),
      ...contextFindings(image),
      ...(await builderFindings(image)),
    ];
    // A context that the build refuses has no key to ask.
    const key = own.some(({ rule }) => rule === 'ignore-pattern-refused')
      ? undefined
      : (await planImage(image, { ...project, registry: undefined })).key;
    for (const finding of [...own, ...(key ? indirectFindings(image, key) : [])]) {
      const { rule, level = 'fault', line, message, cure } = finding;
      findings.push({
        image: image.name,
        rule,
        level,
        file: relative(project.folder, finding.file),
        line: line ?? null,
        message,
        cure,
      });
    }
  }
  if (options.json)
    process.stdout.write(
      `${JSON.stringify({ schemaVersion: 1, command: 'lint', findings } satisfies z.infer<typeof lintJson>)}\n`,
    );
  else
    for (const { rule, level, file, line, message, cure } of findings) {
      const where = `${file}${line === null ? '' : `:${line}`}`;
      process.stdout.write(`${where}  ${level === 'note' ? 'note, ' : ''}${rule}: ${message}; ${cure}\n`);
    }
  return findings.some(({ level }) => level === 'fault') ? FAILED : 0;
}

/** BuildKit's own rules, where an engine is there that knows them. */
async function builderFindings(image: ImageDefinition): Promise<readonly Finding[]> {
  try {
    const text = await docker(
      [
        'buildx',
        'build',
        '--call=check,format=json',
        '--file',
        image.dockerfile,
        ...(image.target === undefined ? [] : ['--target', image.target]),
        ...['--platform', image.platforms.map(formatPlatform).join(',')],
        ...argumentFlags(image),
        ...[...image.contexts].flatMap(([name, value]) => ['--build-context', `${name}=${value}`]),
        image.context,
      ],
      { env: { ...process.env, ...hiddenArguments(image) } },
    );
    return findingsOf(text, image);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    // It ends with an error where it finds something; where there is no engine it prints nothing.
    return findingsOf(error.stdout, image);
  }
}

function findingsOf(text: string, { dockerfile }: ImageDefinition): readonly Finding[] {
  const parsed = checked.safeParse(parseJson(text));
  return (parsed.data?.warnings ?? []).map(({ ruleName, detail, description, url, location }) => ({
    rule: ruleName,
    file: dockerfile,
    line: location?.ranges?.[0]?.start.line,
    message: detail ?? description ?? ruleName,
    cure: url === undefined ? 'see the rules of docker build --check' : `see ${url}`,
  }));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
