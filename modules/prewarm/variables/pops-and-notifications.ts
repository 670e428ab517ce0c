import type { ModuleVariable } from '../../parts/hcl-module';
import { POP_CHECK_HOURS } from '../pop-check';
import { whole } from './forms';

/** Which PoPs and distributions there are, and who is told of what came. */
export const popsAndNotifications = {
  webhook_secret_arn: {
    description:
      'ARN of an SSM parameter (SecureString under aws/ssm) with the secret that webhooks are signed with, whsec_ and base64; null for none',
    nullable: true,
    validations: [
      {
        condition:
          'var.webhook_secret_arn == null ? true : can(regex("^arn:[^:]+:ssm:[a-z0-9-]+:[0-9]{12}:parameter/.+$", var.webhook_secret_arn))',
        message:
          'webhook_secret_arn: allowed is the ARN of an SSM parameter, arn:aws:ssm:REGION:ACCOUNT:parameter/NAME; put the secret into one.',
      },
    ],
  },
  sign_webhooks: {
    description:
      'Sign webhooks with the secret; null where webhook_secret_arn is set. Set it where that is known only at apply',
    type: 'bool',
    nullable: true,
    validations: [
      {
        condition: 'var.sign_webhooks == true ? var.webhook_secret_arn != null : true',
        message: 'sign_webhooks: true needs webhook_secret_arn; put the secret into an SSM parameter.',
      },
    ],
  },
  pop_check_distribution_domain: {
    description:
      'The cloudfront.net name of a distribution that all PoPs serve, to ask in a schedule whether PoPs still have names of their own, ' +
      'with an alarm; null for none',
    nullable: true,
    validations: [
      {
        condition:
          'var.pop_check_distribution_domain == null ? true : can(regex("^[a-z0-9]+[.]cloudfront[.]net$", var.pop_check_distribution_domain))',
        message:
          "pop_check_distribution_domain: allowed is the distribution's own name, such as d111111abcdef8.cloudfront.net; write that.",
      },
    ],
  },
  check_pops: {
    description:
      'Check PoPs; null where pop_check_distribution_domain is set. Set it where that is known only at apply',
    type: 'bool',
    nullable: true,
    validations: [
      {
        condition: 'var.check_pops == true ? var.pop_check_distribution_domain != null : true',
        message: 'check_pops: true needs pop_check_distribution_domain; name a distribution.',
      },
    ],
  },
  pop_check_every_hours: whole('pop_check_every_hours', 'Hours from check to check', POP_CHECK_HOURS, 1, 24),
  extra_pops: {
    description:
      'Codes of PoPs newer than the data file, such as `warmpath prewarm pops` discovers; their city must be known',
    type: 'list(string)',
    default: [],
    validations: [
      {
        condition:
          'alltrue([for code in var.extra_pops : can(regex("^[A-Z]{3}[0-9]{1,3}(-[A-Z][0-9]{1,2})?$", code))])',
        message: 'extra_pops: allowed are codes such as FRA56-P4; correct them.',
      },
    ],
  },
  subscribers: {
    description:
      'Who is told of ended requests and alarms, by names of your choice: protocol email, https or sqs, and an address, a URL or the ARN of a ' +
      'queue whose policy lets the topic send',
    type: 'map(object({ protocol = string, endpoint = string }))',
    default: {},
    validations: [
      {
        condition:
          'alltrue([for of in values(var.subscribers) : contains(["email", "https", "sqs"], of.protocol)])',
        message: 'subscribers: allowed protocols are email, https and sqs; correct the protocol.',
      },
      {
        condition:
          'alltrue([for of in values(var.subscribers) : of.protocol == "https" ? startswith(of.endpoint, "https://") : true])',
        message:
          'subscribers: allowed for https is an https URL; a receiver without TLS would tell everybody on the way.',
      },
    ],
  },
  distribution_ids: {
    description: 'Distributions whose objects may be invalidated; empty for all of the account',
    type: 'list(string)',
    default: [],
  },
  cloudfront_cidr_blocks: {
    description:
      'Ranges in which all addresses of CloudFront are, such as those of the data source aws_ip_ranges: others are not contacted; empty ' +
      'for every public address that DNS has',
    type: 'list(string)',
    default: [],
    validations: [
      {
        condition: 'alltrue([for block in var.cloudfront_cidr_blocks : can(cidrhost(block, 0))])',
        message: 'cloudfront_cidr_blocks: allowed are blocks such as 120.52.22.96/27; correct them.',
      },
    ],
  },
  pop_addresses: {
    description:
      'Addresses of edges by the code of their PoP, such as FRA56-P4, in place of what DNS says of it',
    type: 'map(list(string))',
    default: {},
    validations: [
      {
        condition:
          'alltrue([for code in keys(var.pop_addresses) : can(regex("^[A-Z]{3}[0-9]{1,4}(-[A-Z][0-9]{1,3})?$", code))])',
        message: 'pop_addresses: allowed are codes such as FRA56-P4; correct the code.',
      },
      {
        condition:
          'alltrue([for addresses in values(var.pop_addresses) : length(addresses) > 0 && alltrue([for address in addresses : can(cidrhost(format("%s/0", address), 0))])])',
        message: 'pop_addresses: allowed is one or more IP addresses of each code; correct them.',
      },
    ],
  },
} as const satisfies Record<string, ModuleVariable>;
