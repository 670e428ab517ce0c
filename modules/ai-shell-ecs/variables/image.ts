import { ref } from 'cdktf';
import { declare, type HclModuleStack, type ModuleVariable } from '../../parts/hcl-module';
import { ECR_REPOSITORY_PATTERN } from '../ecr-registry';
import type { AiShellEcsProps } from '../props';

const variables = {
  ecr_repository_url: {
    description:
      'ECR repository of the image, without tag: `<account>.dkr.ecr.<region>.amazonaws.com/<repository>`',
    validations: [
      {
        condition: `can(regex("${ECR_REPOSITORY_PATTERN}", var.ecr_repository_url))`,
        message:
          'ecr_repository_url: the URL of a private ECR repository, without scheme, tag and digest; only such a one can be asked for a digest.',
      },
    ],
  },
  container_image_tag: {
    description:
      'Tag of the image, resolved to a digest at plan, so that a moved tag shows as a change; container_image_digest wins over it',
    default: '',
    validations: [
      {
        condition: 'can(regex("^([A-Za-z0-9_][A-Za-z0-9._-]{0,127})?$", var.container_image_tag))',
        message: 'container_image_tag: 1 to 128 letters, digits, dots, hyphens and underscores.',
      },
    ],
  },
  container_image_digest: {
    description: 'Digest of the image, `sha256:` and 64 hexadecimal digits; it may be known only at apply',
    default: '',
    validations: [
      {
        condition: 'can(regex("^(sha256:[0-9a-f]{64})?$", var.container_image_digest))',
        message: 'container_image_digest: sha256: and 64 hexadecimal digits.',
      },
      {
        condition: 'var.container_image_digest != "" || var.container_image_tag != ""',
        message:
          'container_image_digest: set it, or container_image_tag; an image without either is not pinned.',
      },
    ],
  },
  look_up_image: {
    description:
      'Ask ECR for the digest of container_image_tag; null where a tag is given. Set it where the tag is known only at apply',
    type: 'bool',
    nullable: true,
    validations: [
      {
        condition: 'var.look_up_image == false ? var.container_image_digest != "" : true',
        message: 'look_up_image: false needs container_image_digest; set it, or leave look_up_image out.',
      },
    ],
  },
} as const satisfies Record<string, ModuleVariable>;

/** The image that is pinned and pulled before a shell starts. */
export function imageProps(stack: HclModuleStack): AiShellEcsProps['image'] {
  const declared = declare(stack, variables);
  return {
    from: 'tag',
    repositoryUrl: declared.ecr_repository_url.stringValue,
    tag: declared.container_image_tag.stringValue,
    digest: {
      value: declared.container_image_digest.stringValue,
      lookUp: ref('coalesce(var.look_up_image, var.container_image_tag != "")', stack),
    },
  };
}
