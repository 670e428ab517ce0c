import { AutoscalingGroup, type AutoscalingGroupTag } from '@cdktf/provider-aws/lib/autoscaling-group';
import {
  LaunchTemplate,
  type LaunchTemplateTagSpecifications,
} from '@cdktf/provider-aws/lib/launch-template';
import {
  Aspects,
  Fn,
  type IAspect,
  TerraformIterator,
  TerraformResource,
  TerraformStack,
  Token,
  Tokenization,
} from 'cdktf';
import type { IConstruct } from 'constructs';

export type Tags = Readonly<Record<string, string>>;

/**
 * Tags what the provider's default tags do not reach: the instances and volumes that Auto Scaling groups and
 * launch templates create. A tag that is set there already is left as it is.
 */
export function tagInstances(stack: TerraformStack, tags: Tags): void {
  Aspects.of(stack).add(new InstanceTags(tags));
}

/** Tags every resource in the scope, and what its groups and launch templates start. A tag that is set there already stays. */
export function tagResources(scope: IConstruct, tags: Tags | undefined): void {
  if (tags !== undefined) Aspects.of(scope).add(new ResourceTags(tags));
}

/** Tags with more tags; the later win. Tags of a variable cannot be spread, because nobody knows their keys yet. */
export function withTags(tags: Tags, more: Tags): Record<string, string> {
  return Token.isUnresolved(tags) ? Token.asStringMap(Fn.merge([tags, more])) : { ...tags, ...more };
}

/** Tags as blocks of a group, which takes no map; every instance gets them. */
export function groupTags(tags: Tags): NonNullable<AutoscalingGroup['tagInput']> {
  if (!Token.isUnresolved(tags))
    return Object.entries(tags).map(([key, value]) => ({ key, value, propagateAtLaunch: true }));
  const each = TerraformIterator.fromMap(tags);
  return each.dynamic({ key: each.key, value: each.value, propagate_at_launch: true });
}

class InstanceTags implements IAspect {
  constructor(private readonly tags: Tags) {}

  visit(node: IConstruct): void {
    // At the stack, not at each construct: the guard rails look at the whole stack next.
    if (!TerraformStack.isStack(node)) return;
    for (const construct of node.node.findAll()) {
      if (construct instanceof AutoscalingGroup) tagGroup(construct, this.tags);
      if (construct instanceof LaunchTemplate) tagTemplate(construct, this.tags, ['instance', 'volume']);
    }
  }
}

class ResourceTags implements IAspect {
  constructor(private readonly tags: Tags) {}

  visit(node: IConstruct): void {
    if (!(node instanceof TerraformResource)) return;
    if (node instanceof AutoscalingGroup) tagGroup(node, this.tags);
    if (node instanceof LaunchTemplate)
      tagTemplate(node, this.tags, ['instance', 'volume', 'network-interface']);
    if (!('tagsInput' in node)) return;
    const present: unknown = node.tagsInput;
    // Those that Terraform computes were merged where they were made.
    if (Token.isUnresolved(present)) return;
    Reflect.set(node, 'tags', withTags(this.tags, (present ?? {}) as Tags));
  }
}

function tagGroup(group: AutoscalingGroup, tags: Tags): void {
  const present = plainList<AutoscalingGroupTag>(group.tagInput);
  if (present === undefined) return;
  if (Token.isUnresolved(tags)) {
    group.putTag(
      groupTags(withTags(tags, Object.fromEntries(present.map(({ key, value }) => [key, value])))),
    );
    return;
  }
  const missing = Object.entries(tags)
    .filter(([key]) => !present.some((tag) => tag.key === key))
    .map(([key, value]) => ({ key, value, propagateAtLaunch: true }));
  group.putTag([...present, ...missing]);
}

function tagTemplate(template: LaunchTemplate, tags: Tags, always: readonly string[]): void {
  const present = plainList<LaunchTemplateTagSpecifications>(template.tagSpecificationsInput);
  if (present === undefined) return;
  // An interface has the name of its instance: AWS takes no specification without a tag.
  const ofInstance = present.find(({ resourceType }) => resourceType === 'instance')?.tags ?? {};
  const kinds = [...new Set([...always, ...present.map(({ resourceType }) => resourceType)])];
  template.putTagSpecifications(
    kinds.map((resourceType) => {
      const given = present.find((specification) => specification.resourceType === resourceType)?.tags;
      return {
        ...(resourceType === undefined ? {} : { resourceType }),
        tags: given !== undefined && Token.isUnresolved(given) ? given : withTags(tags, given ?? ofInstance),
      };
    }),
  );
}

/** The blocks as plain data; undefined when Terraform computes them, and they cannot be added to. */
function plainList<T>(value: unknown): readonly T[] | undefined {
  if (value === undefined) return [];
  return Array.isArray(value) && !Tokenization.isResolvable(value) ? value : undefined;
}
