import type { GuardRail } from './rule';
import { type Attributes, blocks, type SeenResource } from './stack-view';

/** The provider's default tags do not reach instances and volumes: the group and the launch template carry them. */
export function tagsPresent(required: readonly string[]): GuardRail {
  return (stack) =>
    stack.ofType('aws_autoscaling_group', 'aws_launch_template').flatMap((resource) => {
      const missing = required.filter((key) => !hasTag(resource, key));
      if (missing.length === 0) return [];
      return [
        {
          resource,
          rule: `Instances and volumes carry the tags of the stack: ${resource.address} lacks ${missing.join(', ')}`,
          consequence: 'Nobody can tell whose cost they are, and rules by tag miss them',
          fix: 'Add them with tagInstances of modules/parts/tags.ts',
        },
      ];
    });
}

function hasTag(resource: SeenResource, key: string): boolean {
  if (resource.type === 'aws_autoscaling_group')
    return blocks(resource.attributes['tag']).some(
      (tag) => tag['key'] === key && tag['propagate_at_launch'] === true,
    );
  const specifications = blocks(resource.attributes['tag_specifications']);
  return ['instance', 'volume'].every((type) =>
    specifications.some(
      (specification) => specification['resource_type'] === type && tagged(specification, key),
    ),
  );
}

function tagged(specification: Attributes, key: string): boolean {
  return blocks(specification['tags']).some((tags) => key in tags);
}
