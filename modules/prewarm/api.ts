import { ApiGatewayAccount } from '@cdktf/provider-aws/lib/api-gateway-account';
import { ApiGatewayApiKey } from '@cdktf/provider-aws/lib/api-gateway-api-key';
import { ApiGatewayDeployment } from '@cdktf/provider-aws/lib/api-gateway-deployment';
import { ApiGatewayMethodSettings } from '@cdktf/provider-aws/lib/api-gateway-method-settings';
import {
  ApiGatewayRestApi,
  type ApiGatewayRestApiEndpointConfiguration,
} from '@cdktf/provider-aws/lib/api-gateway-rest-api';
import { ApiGatewayStage } from '@cdktf/provider-aws/lib/api-gateway-stage';
import { ApiGatewayUsagePlan } from '@cdktf/provider-aws/lib/api-gateway-usage-plan';
import { ApiGatewayUsagePlanKey } from '@cdktf/provider-aws/lib/api-gateway-usage-plan-key';
import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicyAttachment } from '@cdktf/provider-aws/lib/iam-role-policy-attachment';
import { LambdaPermission } from '@cdktf/provider-aws/lib/lambda-permission';
import { Fn, type IResolvable, Token } from 'cdktf';
import { Construct } from 'constructs';
import type { NodeFunction } from '../parts/node-function';
import { eachOf, oneIf, times } from '../parts/plan-values';
import { trustService } from '../parts/policy';
import { gatewayDocument } from './gateway-document';
import type { PrewarmNetwork } from './network';
import { PrewarmApiEndpoint } from './private-endpoint';
import { resourcePolicy } from './resource-policy';

/** How callers authenticate. */
interface Authorization {
  /**
   * `api-key`: whoever has the key, which AWS meters by and does not call authentication. `iam`: signed requests (SigV4) of
   * principals that may `execute-api:Invoke`; the key is needed all the same, as quotas are its.
   * @default 'api-key'
   */
  readonly authorization?: 'api-key' | 'iam';
}

/** An API that is reachable from the internet. */
export interface RegionalApi extends Authorization {
  readonly kind: 'regional';
  /** Networks that may call, as CIDR blocks; all others are refused before a key is looked at. @default - any */
  readonly allowedCidrBlocks?: readonly string[];
}

/** Reachable through one VPC endpoint only; the API key is needed all the same. */
export interface PrivateApi extends Authorization {
  readonly kind: 'private';
  /** An `execute-api` endpoint that is there. @default - one is created in the fleet's subnets */
  readonly vpcEndpointId?: string;
  /** Who may connect to the endpoint that is created. @default - the VPC made here; needed with an existing VPC */
  readonly clientCidrBlocks?: readonly string[];
}

/** Private through an endpoint that is there, or regional, as only Terraform knows. */
export interface ApiByVariable extends Authorization {
  readonly kind: 'by-variable';
  readonly isPrivate: boolean | IResolvable;
  /** An `execute-api` endpoint; any text where the API is regional. */
  readonly endpointId: string;
  /** Networks that may call a regional API, as one text of CIDR blocks with `","` between them. @default - any */
  readonly allowedCidrBlocks?: string;
}

export interface ApiQuota {
  /** @default 50 */
  readonly requestsPerSecond?: number;
  /** @default 100 */
  readonly burst?: number;
  /** @default 100,000: one poll a second all day */
  readonly requestsPerDay?: number;
}

export interface PrewarmApiProps {
  readonly names: (kind: string) => string;
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
  readonly access: RegionalApi | PrivateApi | ApiByVariable;
  readonly quota: Required<ApiQuota>;
  readonly handler: NodeFunction<never>;
  readonly network: PrewarmNetwork;
  readonly logRetentionDays: number;
  /** Set the role with which API Gateway writes the logs of the whole account and Region. */
  readonly manageAccountLogging: boolean | IResolvable;
}

const STAGE = 'prod';
const BINARY_MEDIA_TYPES = ['*/*'];

/** The REST API, its key and usage plan, its access log. */
export class PrewarmApi extends Construct {
  readonly restApi: ApiGatewayRestApi;
  readonly stage: ApiGatewayStage;
  readonly key: ApiGatewayApiKey;
  readonly accessLog: CloudwatchLogGroup;
  /** Where clients send requests; ends with the stage and a slash. */
  readonly endpoint: string;

  constructor(scope: Construct, id: string, props: PrewarmApiProps) {
    super(scope, id);
    const reach = this.reachOf(props);
    const document = gatewayDocument({
      title: props.names('api'),
      functionArn: props.handler.arn,
      partition: props.partition,
      region: props.region,
      authorization: props.access.authorization ?? 'api-key',
    });
    const body = JSON.stringify(document);
    this.restApi = new ApiGatewayRestApi(this, 'Default', {
      name: props.names('api'),
      description: 'Prewarms CloudFront edges',
      body,
      // Bodies pass as they are, compressed ones too: unpacked by the gateway, a long list would not fit an invocation.
      binaryMediaTypes: [...BINARY_MEDIA_TYPES],
      endpointConfiguration: reach.endpointConfiguration,
      ...(reach.policy === undefined ? {} : { policy: reach.policy }),
      tags: { Name: props.names('api') },
    });
    new LambdaPermission(this, 'invoke', {
      statementId: 'ApiGateway',
      action: 'lambda:InvokeFunction',
      functionName: props.handler.function.functionName,
      principal: 'apigateway.amazonaws.com',
      sourceArn: `${this.restApi.executionArn}/*`,
    });
    const deployment = new ApiGatewayDeployment(this, 'deployment', {
      restApiId: this.restApi.id,
      // A stage serves what was deployed: a changed document needs a new deployment.
      triggers: {
        document: Fn.sha1(this.restApi.body),
        binaryMediaTypes: BINARY_MEDIA_TYPES.join(','),
        // As it is written: what the API says of it is another text once AWS has taken it, in the middle of an apply.
        ...(reach.policy === undefined ? {} : { policy: reach.policy }),
      },
      lifecycle: { createBeforeDestroy: true },
    });
    this.accessLog = new CloudwatchLogGroup(this, 'access-log', {
      name: props.names('api_log_group'),
      retentionInDays: props.logRetentionDays,
    });
    this.stage = new ApiGatewayStage(this, 'stage', {
      restApiId: this.restApi.id,
      deploymentId: deployment.id,
      stageName: STAGE,
      accessLogSettings: { destinationArn: this.accessLog.arn, format: ACCESS_LOG_FORMAT },
      dependsOn: props.manageAccountLogging === false ? [] : [this.createAccountLogging(props)],
    });
    const rate = props.quota.requestsPerSecond;
    const burst = props.quota.burst;
    new ApiGatewayMethodSettings(this, 'throttling', {
      restApiId: this.restApi.id,
      stageName: this.stage.stageName,
      methodPath: '*/*',
      settings: { throttlingRateLimit: times(rate, 2), throttlingBurstLimit: times(burst, 2) },
    });
    this.key = this.createKey(props, rate, burst);
    this.endpoint = `${this.stage.invokeUrl}/`;
  }

  private createKey(props: PrewarmApiProps, rateLimit: number, burstLimit: number): ApiGatewayApiKey {
    const key = new ApiGatewayApiKey(this, 'key', {
      name: props.names('api_key'),
      description: 'Clients of the prewarm API',
    });
    const plan = new ApiGatewayUsagePlan(this, 'usage-plan', {
      name: props.names('api_usage_plan'),
      apiStages: [{ apiId: this.restApi.id, stage: this.stage.stageName }],
      throttleSettings: { rateLimit, burstLimit },
      quotaSettings: { limit: props.quota.requestsPerDay, period: 'DAY' },
    });
    new ApiGatewayUsagePlanKey(this, 'usage-plan-key', {
      keyId: key.id,
      keyType: 'API_KEY',
      usagePlanId: plan.id,
    });
    return key;
  }

  private reachOf(props: PrewarmApiProps): ApiReach {
    const { access } = props;
    if (access.kind === 'by-variable') return this.reachByVariable(access, props);
    const endpointId = this.endpointIdOf(props, access);
    const policy = resourcePolicy(access, endpointId, props);
    return {
      endpointConfiguration:
        endpointId === undefined
          ? { types: ['REGIONAL'] }
          : { types: ['PRIVATE'], vpcEndpointIds: [endpointId] },
      policy,
    };
  }

  private reachByVariable(access: ApiByVariable, props: PrewarmApiProps): ApiReach {
    const { isPrivate, endpointId } = access;
    return {
      endpointConfiguration: {
        types: [Token.asString(Fn.conditional(isPrivate, 'PRIVATE', 'REGIONAL'))],
        vpcEndpointIds: Token.asList(Fn.conditional(isPrivate, [endpointId], Token.nullValue())),
      },
      policy: resourcePolicy(access, endpointId, props),
    };
  }

  /** Undefined for a regional API. */
  private endpointIdOf(
    { names, partition, region, network }: PrewarmApiProps,
    access: RegionalApi | PrivateApi,
  ): string | undefined {
    if (access.kind === 'regional') return undefined;
    if (access.vpcEndpointId !== undefined) return access.vpcEndpointId;
    const ownBlock = network.cidrBlock === undefined ? [] : [network.cidrBlock];
    const clientCidrBlocks = access.clientCidrBlocks ?? ownBlock;
    const place = { names, partition, region };
    return new PrewarmApiEndpoint(this, 'endpoint', { ...place, network, clientCidrBlocks }).endpoint.id;
  }

  private createAccountLogging(props: PrewarmApiProps): ApiGatewayAccount {
    const { manageAccountLogging: isManaged } = props;
    const counted = typeof isManaged === 'boolean' ? {} : { count: oneIf(isManaged) };
    const role = new IamRole(this, 'account-role', {
      ...counted,
      name: props.names('api_log_role'),
      assumeRolePolicy: trustService('apigateway.amazonaws.com'),
    });
    const attachment = new IamRolePolicyAttachment(this, 'account-role-policy', {
      ...counted,
      role: onlyOf(role, 'name', role.name),
      policyArn: `arn:${props.partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs`,
    });
    return new ApiGatewayAccount(this, 'account', {
      ...counted,
      cloudwatchRoleArn: onlyOf(role, 'arn', role.arn),
      dependsOn: [attachment],
    });
  }
}

/** An attribute of a resource, by its only instance where it has a count; empty rather than null, which is no argument. */
function onlyOf(resource: IamRole, attribute: string, plain: string): string {
  return resource.count === undefined ? plain : Fn.join('', Token.asList(eachOf(resource, attribute)));
}

/** Through what the API is reached, and the policy that says so. */
interface ApiReach {
  readonly endpointConfiguration: ApiGatewayRestApiEndpointConfiguration;
  readonly policy: string | undefined;
}

/** No query string, key or body: they may hold secrets. */
const ACCESS_LOG_FORMAT = JSON.stringify({
  requestId: '$context.requestId',
  time: '$context.requestTime',
  method: '$context.httpMethod',
  route: '$context.resourcePath',
  status: '$context.status',
  latencyMs: '$context.responseLatency',
  responseBytes: '$context.responseLength',
  sourceIp: '$context.identity.sourceIp',
  error: '$context.error.responseType',
});

/** IPv4 or IPv6, with a length. */
const CIDR = /^(?:\d{1,3}(?:\.\d{1,3}){3}\/\d{1,2}|[0-9a-f:]+\/\d{1,3})$/i;

/** Returns a sentence for each invalid value of the API's access. */
export function apiFaults(access: RegionalApi | PrivateApi | ApiByVariable, vpcIsNew: boolean): string[] {
  if (access.kind === 'by-variable') return [];
  if (access.kind === 'regional') {
    const { allowedCidrBlocks } = access;
    if (allowedCidrBlocks === undefined) return [];
    if (allowedCidrBlocks.length === 0)
      return [
        'api.allowedCidrBlocks: got an empty list, so nobody could call; allowed one or more; leave it out to let anybody with the key call',
      ];
    return allowedCidrBlocks
      .filter((block) => !CIDR.test(block))
      .map(
        (block) => `api.allowedCidrBlocks: got ${block}; allowed networks such as 203.0.113.0/24; correct it`,
      );
  }
  const faults: string[] = [];
  if (access.vpcEndpointId === undefined && !vpcIsNew && !access.clientCidrBlocks?.length)
    faults.push(
      'api.clientCidrBlocks: got none, with an existing VPC and no vpcEndpointId, so nobody could connect; name the networks of the clients, or an execute-api endpoint',
    );
  if (access.vpcEndpointId !== undefined && access.clientCidrBlocks)
    faults.push(
      'api.clientCidrBlocks: got a list together with vpcEndpointId, whose own security groups decide; leave one of them out',
    );
  return faults;
}
