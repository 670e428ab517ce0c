import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { LambdaFunction } from '@cdktf/provider-aws/lib/lambda-function';
import { LambdaFunctionEventInvokeConfig } from '@cdktf/provider-aws/lib/lambda-function-event-invoke-config';
import { AssetType, TerraformAsset, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import type { BundleName } from '../../scripts/build/bundles';
import { bundle } from '../../scripts/build/functions';
import { memoryForVcpus } from './lambda-memory';
import { assetPath } from './module-path';
import { DEFAULT_NODE_VERSION, type NodeVersion, providersThatKnow } from './node-version';
import { type PolicyStatement, policyDocument, trustService } from './policy';
import { requireProvider } from './required-versions';

/** `Environment` is the type of the settings the program reads, so that a variable left out does not compile. */
export interface NodeFunctionProps<
  Environment extends { readonly [Key in keyof Environment]: string | undefined },
> {
  /** Name of the function; its role and log group are named after it. */
  readonly functionName: string;
  readonly description: string;
  /** The program, from `scripts/build/bundles.ts`. */
  readonly bundle: BundleName;
  readonly environment: Environment;
  /** What the program may do besides writing its own log. */
  readonly statements: readonly PolicyStatement[];
  /** @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html 1 to 900 */
  readonly timeoutSeconds: number;
  /** Share of processor time, which decides the memory (lambda-memory.ts). @default 0.25 */
  readonly vcpus?: number;
  /** Concurrent executions set aside for, and the limit of, this function. @default - the account's pool */
  readonly reservedConcurrency?: number;
  /** Queue or topic that receives the event of an asynchronous invocation that failed for good. @default - none */
  readonly onFailureArn?: string;
  /** Retries of a failed asynchronous invocation, 0 to 2. @default 2 */
  readonly asyncRetries?: number;
  /** @default 30 */
  readonly logRetentionDays?: number;
  /** Major version of Node.js; 24 needs the AWS provider 6.19 or later. @default - the newest that the locked provider knows */
  readonly nodeVersion?: NodeVersion;
}

/** A Lambda function on Node.js, arm64, with its own role and a log group with a retention. */
export class NodeFunction<
  Environment extends { readonly [Key in keyof Environment]: string | undefined },
> extends Construct {
  readonly function: LambdaFunction;
  /** Name of the function, for what has to know it where the function is not. */
  readonly name: string;
  readonly role: IamRole;
  readonly logGroup: CloudwatchLogGroup;

  constructor(scope: Construct, id: string, props: NodeFunctionProps<Environment>) {
    super(scope, id);
    checkProps(this.node.path, props);
    this.name = props.functionName;
    const { nodeVersion = DEFAULT_NODE_VERSION } = props;
    if (nodeVersion !== 22) requireProvider(TerraformStack.of(this), providersThatKnow(nodeVersion));
    const program = bundle(props.bundle);
    const code = new TerraformAsset(this, 'code', {
      path: program.zipPath,
      type: AssetType.FILE,
      assetHash: program.sha256.slice(0, 32),
    });

    this.logGroup = new CloudwatchLogGroup(this, 'logs', {
      name: `/aws/lambda/${props.functionName}`,
      retentionInDays: props.logRetentionDays ?? 30,
    });
    this.role = new IamRole(this, 'role', {
      name: props.functionName,
      assumeRolePolicy: trustService('lambda.amazonaws.com'),
    });
    const policy = new IamRolePolicy(this, 'policy', {
      name: 'function',
      role: this.role.name,
      policy: policyDocument(
        {
          sid: 'WriteOwnLog',
          actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          resources: [`${this.logGroup.arn}:*`],
        },
        ...props.statements,
      ),
    });

    this.function = new LambdaFunction(this, 'Default', {
      functionName: props.functionName,
      description: props.description,
      role: this.role.arn,
      runtime: `nodejs${nodeVersion}.x`,
      architectures: ['arm64'],
      handler: 'index.handler',
      filename: assetPath(this, code),
      sourceCodeHash: program.sha256,
      memorySize: memoryForVcpus(props.vcpus ?? 0.25),
      timeout: props.timeoutSeconds,
      reservedConcurrentExecutions: props.reservedConcurrency ?? -1,
      environment: { variables: definedOnly(props.environment) },
      loggingConfig: { logFormat: 'JSON', logGroup: this.logGroup.name },
      // The first invocation must find its permissions.
      dependsOn: [policy],
    });

    if (props.onFailureArn !== undefined || props.asyncRetries !== undefined) {
      new LambdaFunctionEventInvokeConfig(this, 'async', {
        functionName: this.function.functionName,
        maximumRetryAttempts: props.asyncRetries ?? 2,
        ...(props.onFailureArn === undefined
          ? {}
          : { destinationConfig: { onFailure: { destination: props.onFailureArn } } }),
      });
    }
  }

  get arn(): string {
    return this.function.arn;
  }
}

function definedOnly(environment: object): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined));
}

function checkProps(
  path: string,
  props: { readonly timeoutSeconds: number; readonly functionName: string },
): void {
  const errors: string[] = [];
  if (!(props.timeoutSeconds >= 1 && props.timeoutSeconds <= 900))
    errors.push(`timeoutSeconds: got ${props.timeoutSeconds}; allowed 1 to 900; choose a time-out within it`);
  if (props.functionName.length > 64)
    errors.push(
      `functionName: got ${props.functionName} (${props.functionName.length} characters); allowed 64; shorten it`,
    );
  if (errors.length > 0) throw new Error(`${path}: ${errors.join('; ')}`);
}
