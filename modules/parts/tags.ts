import { AutoscalingGroup, type AutoscalingGroupTag } from '@cdktf/provider-aws/lib/autoscaling-group';
import {
  LaunchTemplate,
  type LaunchTemplateTagSpecifications,
} from '@cdktf/provider-aws/lib/launch-template';
import { Aspects, type IAspect, TerraformStack, Tokenization } from 'cdktf';
import type { IConstruct } from 'constructs';

/**
 * Tags what the provider's default tags do not reach: the instances and volumes that Auto Scaling groups and
 * launch templates create. A tag that is set there already is left as it is.
 */
export function tagInstances(stack: TerraformStack, tags: Readonly<Record<string, string>>): void {
  Aspects.of(stack).add(new InstanceTags(tags));
}

class InstanceTags implements IAspect {
  constructor(private readonly tags: Readonly<Record<string, string>>) {}

  visit(node: IConstruct): void {
    // At the stack, not at each construct: the guard rails look at the whole stack next.
    if (!TerraformStack.isStack(node)) return;
    for (const construct of node.node.findAll()) {
      if (construct instanceof AutoscalingGroup) this.tagGroup(construct);
      if (construct instanceof LaunchTemplate) this.tagTemplate(construct);
    }
  }

  private tagGroup(group: AutoscalingGroup): void {
    const present = plainList<AutoscalingGroupTag>(group.tagInput);
    if (present === undefined) return;
    const missing = Object.entries(this.tags)
      .filter(([key]) => !present.some((tag) => tag.key === key))
      .map(([key, value]) => ({ key, value, propagateAtLaunch: true }));
    group.putTag([...present, ...missing]);
  }

  private tagTemplate(template: LaunchTemplate): void {
    const present = plainList<LaunchTemplateTagSpecifications>(template.tagSpecificationsInput);
    if (present === undefined) return;
    const kinds = [...new Set(['instance', 'volume', ...present.map(({ resourceType }) => resourceType)])];
    template.putTagSpecifications(
      kinds.map((resourceType) => {
        const given = present.find((specification) => specification.resourceType === resourceType)?.tags;
        return { ...(resourceType === undefined ? {} : { resourceType }), tags: { ...this.tags, ...given } };
      }),
    );
  }
}

/** The blocks as plain data; undefined when Terraform computes them, and they cannot be added to. */
function plainList<T>(value: unknown): readonly T[] | undefined {
  if (value === undefined) return [];
  return Array.isArray(value) && !Tokenization.isResolvable(value) ? value : undefined;
}
