import type { GuardRail } from './rule';
import { blocks } from './stack-view';

/** Instances answer for their credentials only to version 2 of the metadata service. */
export const instanceMetadata: GuardRail = (stack) =>
  stack
    .ofType('aws_launch_template', 'aws_instance')
    .filter(
      ({ attributes }) =>
        !blocks(attributes['metadata_options']).some(({ http_tokens: tokens }) => tokens === 'required'),
    )
    .map((resource) => ({
      resource,
      rule: `Only IMDSv2: ${resource.address} accepts version 1`,
      consequence: 'A request that is forged through a program on the instance can read its credentials',
      fix: "Set metadataOptions: { httpTokens: 'required' }",
    }));
