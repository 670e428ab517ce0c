/** What a plan means, in the words of the READMEs' tables. */
import type { ResourceChange } from './change-bench';

/** More than this many resources of one action are told by their number. */
const LISTED = 6;
/** A deployment under another name is another deployment. */
const EVERYTHING = 20;
const TEMPLATE = ['launch_template', 'mixed_instances_policy'];

/**
 * A plan in a line: what is replaced first, what is new, what starts a roll-out, what changes in place.
 * @param rollOut what it means that the group gets a new version of its template
 */
export function effectOf(changes: readonly ResourceChange[], rollOut: string): string {
  const rest = new Set(changes);
  const parts: string[] = [];
  function take(type: string, action: ResourceChange['action'], ...attributes: readonly string[]): boolean {
    const found = [...rest].find(
      (change) =>
        change.type === type &&
        change.action === action &&
        (attributes.length === 0 || attributes.some((attribute) => change.attributes.includes(attribute))),
    );
    if (found === undefined) return false;
    const left = found.attributes.filter((attribute) => !attributes.includes(attribute));
    rest.delete(found);
    if (attributes.length > 0 && left.length > 0) rest.add({ ...found, attributes: left });
    return true;
  }

  const replaced = changes.filter(({ action }) => action === 'replace').length;
  if (replaced > EVERYTHING) return 'replaces everything';
  const isNewVersion = take('launch_template', 'update');
  if (take('autoscaling_group', 'update', ...TEMPLATE)) parts.push(rollOut);
  else if (isNewVersion) parts.push('new template version');
  if (take('ecs_task_definition', 'replace'))
    parts.push(
      take('ecs_service', 'update', 'task_definition') ? 'new revision and deployment' : 'new revision',
    );
  for (const [action, verb] of [
    ['replace', 'replaces'],
    ['delete', 'removes'],
    ['create', 'adds'],
    ['update', 'updates'],
  ] as const) {
    const types = [...rest].filter((change) => change.action === action).map(({ type }) => type);
    if (types.length > LISTED) parts.push(`${verb} ${types.length} resources`);
    else if (types.length > 0) parts.push(`${verb} ${counted(types)}`);
  }
  return parts.join('; ') || 'nothing';
}

/** Types by name, with their number where it is more than one. */
function counted(types: readonly string[]): string {
  return [...new Set(types)]
    .sort()
    .map((type) => {
      const count = types.filter((other) => other === type).length;
      return count === 1 ? type : `${count} ${type}`;
    })
    .join(', ');
}
