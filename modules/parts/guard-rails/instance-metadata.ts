import type { GuardRail } from './rule';
import { blocks } from './stack-view';

/** Instances give their credentials only to version 2 of the metadata service, and only to programs on the host itself. */
export const instanceMetadata: GuardRail = (stack) => [
  ...stack
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
    })),
  ...stack
    .ofType('aws_launch_template', 'aws_instance', 'aws_imagebuilder_infrastructure_configuration')
    .filter(({ attributes }) =>
      blocks(attributes['metadata_options'] ?? attributes['instance_metadata_options']).some(
        ({ http_put_response_hop_limit: hops }) => hops !== undefined && hops !== 1,
      ),
    )
    .map((resource) => ({
      resource,
      rule: `Metadata within one hop: ${resource.address} allows more`,
      consequence: 'Containers on a bridge reach the credentials of the instance',
      fix: 'Set httpPutResponseHopLimit: 1',
    })),
];
