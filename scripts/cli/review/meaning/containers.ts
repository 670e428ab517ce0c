import { type Meaning, type MeaningContext, NO_MEANING, sentencesOnly } from './context';

/** Which containers of a task definition change. A change is a new revision: nothing that runs is lost by it. */
export function containersMeaning({ type, action, attributes }: MeaningContext): Meaning {
  if (type !== 'aws_ecs_task_definition') return NO_MEANING;
  const sentences: string[] = [];
  if (action.kind === 'replace')
    sentences.push(
      'a new revision: tasks that run keep the old one until their service or their caller takes the new one',
    );
  const containers = new Map<string, string[]>();
  for (const { path } of attributes) {
    const [, name, field] = /^container_definitions\["([^"]+)"\]\.?(.*)$/.exec(path) ?? [];
    if (name === undefined) continue;
    containers.set(name, [...(containers.get(name) ?? []), field || '(the whole container)']);
  }
  for (const [name, fields] of containers)
    sentences.push(`container ${name}: ${[...new Set(fields)].slice(0, 8).join(', ')}`);
  return sentencesOnly(sentences);
}
