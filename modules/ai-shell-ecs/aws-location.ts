import { DataAwsPartition } from '@cdktf/provider-aws/lib/data-aws-partition';
import { DataAwsRegion } from '@cdktf/provider-aws/lib/data-aws-region';
import { Fn, Token } from 'cdktf';
import { Construct } from 'constructs';
import { dnsSuffixOf } from '../parts/partition';

export interface LocationProps {
  /** @default - that of the provider, which Terraform looks up */
  readonly region?: string;
  /** @default - that of the provider, which Terraform looks up */
  readonly partition?: string;
}

/** Partition and Region that the resources live in, for ARNs of what has no resource here. Asks no AWS service. */
export class AwsLocation extends Construct {
  readonly partition: string;
  readonly region: string;
  /** What names of service endpoints, and of some services in policies, end with. */
  readonly dnsSuffix: string;

  constructor(scope: Construct, id: string, given: LocationProps = {}) {
    super(scope, id);
    if (given.partition === undefined) {
      const { partition, dnsSuffix } = new DataAwsPartition(this, 'partition');
      this.partition = partition;
      this.dnsSuffix = dnsSuffix;
    } else {
      this.partition = given.partition;
      this.dnsSuffix = dnsSuffixOf(given.partition);
    }
    // `name` is deprecated in major 6 of the provider, `region` unknown to major 5.
    this.region = given.region ?? new DataAwsRegion(this, 'region').id;
  }
}

/** The account of an ARN: known from any resource, without asking STS who is calling. */
export function accountOf(arn: string): string {
  return Token.asString(Fn.element(Fn.split(':', arn), 4));
}
