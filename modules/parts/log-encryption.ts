import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import { Aspects, type IAspect } from 'cdktf';
import type { IConstruct } from 'constructs';

/** Encrypts every log group in the scope that has no key of its own; the key's policy must let CloudWatch Logs use it. */
export function encryptLogs(scope: IConstruct, kmsKeyArn: string | undefined): void {
  if (kmsKeyArn !== undefined) Aspects.of(scope).add(new LogEncryption(kmsKeyArn));
}

class LogEncryption implements IAspect {
  constructor(private readonly kmsKeyArn: string) {}

  visit(node: IConstruct): void {
    if (node instanceof CloudwatchLogGroup && node.kmsKeyIdInput === undefined)
      node.kmsKeyId = this.kmsKeyArn;
  }
}
