import { synthesize } from './synth';

describe('Prewarm with the least props', () => {
  const prewarm = synthesize();

  it('keeps the names of the solution it replaces', () => {
    expect(prewarm.all('aws_dynamodb_table').map(([, { name }]) => name)).toEqual(
      expect.arrayContaining([
        'prewarm_request_table_test',
        'prewarm_request_pop_table_test',
        'prewarm_task_table_test',
      ]),
    );
    expect(prewarm.one('aws_sqs_queue', 'queue_tasks')['name']).toBe('prewarm_task_queue_test');
    expect(prewarm.one('aws_autoscaling_group')['name']).toBe('prewarm_asg_test');
    expect(prewarm.one('aws_api_gateway_rest_api')['name']).toBe('prewarm_api_test');
    expect(prewarm.one('aws_s3_bucket')['bucket']).toBe('prewarm-bucket-111111111111-eu-central-1-test');
  });

  it('keeps every table recoverable, expiring, encrypted and streamed', () => {
    for (const [, table] of prewarm.all('aws_dynamodb_table'))
      expect(table).toMatchObject({
        billing_mode: 'PAY_PER_REQUEST',
        stream_enabled: true,
        point_in_time_recovery: { enabled: true },
        server_side_encryption: { enabled: true },
        ttl: { enabled: true, attribute_name: 'expires_at' },
      });
  });

  it('feeds no stream to more readers than it serves well', () => {
    const perStream = new Map<unknown, number>();
    for (const [, { event_source_arn: arn }] of prewarm.all('aws_lambda_event_source_mapping'))
      perStream.set(arn, (perStream.get(arn) ?? 0) + 1);
    expect(Math.max(...perStream.values())).toBeLessThanOrEqual(2);
  });

  it('bounds what a poisoned record can hold up, and keeps it', () => {
    for (const [, mapping] of prewarm.all('aws_lambda_event_source_mapping'))
      expect(mapping).toMatchObject({
        function_response_types: ['ReportBatchItemFailures'],
        bisect_batch_on_function_error: true,
        maximum_retry_attempts: 10,
        maximum_record_age_in_seconds: 21_600,
        destination_config: { on_failure: { destination_arn: expect.stringContaining('failed-events') } },
      });
  });

  it('gives the agents the queue, the list and their own results, and nothing to change a request with', () => {
    const statements = prewarm.statements('fleet_policy');
    const actions = statements.flatMap(({ Action }) => Action);
    expect(actions).toEqual(
      expect.arrayContaining(['sqs:ReceiveMessage', 'kms:Decrypt', 'dynamodb:PutItem']),
    );
    for (const action of ['dynamodb:UpdateItem', 'dynamodb:DeleteItem', 'sqs:SendMessage', 's3:DeleteObject'])
      expect(actions).not.toContain(action);
    const puts = statements.find(({ Action }) => Action.includes('s3:PutObject'));
    expect(puts?.Resource).toEqual([
      expect.stringMatching(/\/\*\/failures\/\*$/),
      expect.stringMatching(/\/\*\/progress\/\*$/),
    ]);
  });

  it('lets the API seal headers and not read them', () => {
    const actions = prewarm.statements('functions_api_policy').flatMap(({ Action }) => Action);
    expect(actions).toContain('kms:GenerateDataKey');
    expect(actions).not.toContain('kms:Decrypt');
  });

  it('names the resources of every allowed action that has any', () => {
    for (const [address, { policy }] of prewarm.all('aws_iam_role_policy'))
      for (const { Action, Resource } of JSON.parse(String(policy)).Statement)
        if (Resource.includes('*'))
          expect({ address, Action }).toEqual({
            address,
            Action: expect.arrayContaining([
              expect.stringMatching(
                /^(autoscaling:DescribeAutoScalingGroups|cloudfront:ListDistributions|ssm:UpdateInstanceInformation)$/,
              ),
            ]),
          });
  });

  it('runs agents on Spot with on-demand beside it, and none while nobody asks', () => {
    expect(prewarm.one('aws_autoscaling_group')).toMatchObject({
      min_size: 0,
      desired_capacity: 0,
      capacity_rebalance: true,
      mixed_instances_policy: {
        instances_distribution: {
          spot_allocation_strategy: 'price-capacity-optimized',
          on_demand_percentage_above_base_capacity: 20,
        },
      },
    });
  });

  it('lets nobody in: no ingress rule, no key pair, IMDSv2 with one hop, an encrypted disk', () => {
    expect(prewarm.all('aws_vpc_security_group_ingress_rule')).toEqual([]);
    expect(prewarm.one('aws_security_group')['ingress']).toBeUndefined();
    const template = prewarm.one('aws_launch_template');
    expect(template['key_name']).toBeUndefined();
    expect(template['instance_initiated_shutdown_behavior']).toBe('terminate');
    expect(template).toMatchObject({
      metadata_options: { http_tokens: 'required', http_put_response_hop_limit: 1 },
      block_device_mappings: [{ ebs: { encrypted: 'true', volume_type: 'gp3' } }],
    });
  });

  it('asks every method of the API for the key', () => {
    const document = JSON.parse(String(prewarm.one('aws_api_gateway_rest_api')['body']));
    const operations = Object.values<Record<string, { security: object[] }>>(document.paths).flatMap(
      Object.values,
    );
    expect(operations.length).toBeGreaterThan(8);
    for (const { security } of operations) expect(security).toEqual([{ apiKey: [] }]);
  });

  it('gives the gateway no schema of a body, which it would not check and might not understand', () => {
    const body = String(prewarm.one('aws_api_gateway_rest_api')['body']);
    for (const word of ['requestBody', 'schemas', 'anyOf']) expect(body).not.toContain(word);
    expect(body).toContain('"in":"query"');
  });

  it('answers what the gateway refuses by itself in the words of the API', () => {
    const { 'x-amazon-apigateway-gateway-responses': answers } = JSON.parse(
      String(prewarm.one('aws_api_gateway_rest_api')['body']),
    );
    expect(Object.keys(answers)).toEqual(['DEFAULT_4XX', 'DEFAULT_5XX', 'REQUEST_TOO_LARGE']);
    for (const kind of ['DEFAULT_4XX', 'DEFAULT_5XX']) {
      const { responseTemplates } = answers[kind];
      expect(
        JSON.parse(
          String(responseTemplates['application/json'])
            .replace('$context.error.messageString', '"Forbidden"')
            .replace('$context.requestTime', '21/Nov/2026:06:00:00 +0000'),
        ),
      ).toEqual({ status: 'failure', timestamp: expect.any(String), message: 'Forbidden' });
    }
  });

  it('writes of every call method, route, status, latency and id, and nothing that may be a secret', () => {
    const format = JSON.stringify(prewarm.one('aws_api_gateway_stage')['access_log_settings']);
    for (const field of ['httpMethod', 'resourcePath', 'status', 'responseLatency', 'requestId'])
      expect(format).toContain(`$context.${field}`);
    expect(format).not.toMatch(/apiKey|requestOverride|querystring|path"/);
  });

  it('forgets logs after a while, everywhere', () => {
    for (const [, group] of prewarm.all('aws_cloudwatch_log_group'))
      expect(group['retention_in_days']).toBe(30);
  });
});

describe('Prewarm as a private API in an existing VPC', () => {
  const network = { kind: 'existing', vpcId: 'vpc-1', subnetIds: ['subnet-1', 'subnet-2'] } as const;
  const prewarm = synthesize({ network, api: { kind: 'private', clientCidrBlocks: ['10.0.0.0/8'] } });

  it('answers through its endpoint only, and still asks for the key', () => {
    const api = prewarm.one('aws_api_gateway_rest_api');
    expect(api['endpoint_configuration']).toMatchObject({ types: ['PRIVATE'] });
    // An argument of the API: a policy beside it is lost when a changed document is imported.
    expect(prewarm.all('aws_api_gateway_rest_api_policy')).toEqual([]);
    expect(JSON.parse(String(api['policy'])).Statement).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          Effect: 'Deny',
          Condition: { StringNotEquals: { 'aws:SourceVpce': expect.any(String) } },
        }),
      ]),
    );
    expect(api['body']).toContain('"security":[{"apiKey":[]}]');
  });

  it('makes no network but the endpoint, which takes the clients named', () => {
    expect(prewarm.all('aws_vpc')).toEqual([]);
    expect(prewarm.one('aws_vpc_endpoint')['service_name']).toContain('execute-api');
    expect(prewarm.one('aws_vpc_security_group_ingress_rule')).toMatchObject({
      cidr_ipv4: '10.0.0.0/8',
      from_port: 443,
    });
  });
});

describe('Prewarm in a VPC of its own', () => {
  it('spreads over the zones that are named, each with a part of the block', () => {
    const { all, one } = synthesize({
      network: { kind: 'new', cidrBlock: '10.9.0.0/16', availabilityZones: ['us-west-1a', 'us-west-1c'] },
    });
    expect(one('aws_vpc')).toMatchObject({ cidr_block: '10.9.0.0/16', enable_dns_hostnames: true });
    expect(
      all('aws_subnet').map(([, subnet]) => [subnet['availability_zone'], subnet['cidr_block']]),
    ).toEqual([
      ['us-west-1a', expect.stringContaining('cidrsubnet("10.9.0.0/16", 4, 0)')],
      ['us-west-1c', expect.stringContaining('cidrsubnet("10.9.0.0/16", 4, 1)')],
    ]);
    expect(all('aws_nat_gateway')).toEqual([]);
  });

  it('keeps lists and rows inside AWS by gateway endpoints', () => {
    const { all } = synthesize();
    expect(
      all('aws_vpc_endpoint').map(([, endpoint]) => [
        endpoint['vpc_endpoint_type'],
        endpoint['service_name'],
      ]),
    ).toEqual([
      ['Gateway', 'com.amazonaws.eu-central-1.dynamodb'],
      ['Gateway', 'com.amazonaws.eu-central-1.s3'],
    ]);
  });

  it('takes zones of Tokyo that every account has', () => {
    const { all } = synthesize({ region: 'ap-northeast-1' });
    expect(all('aws_subnet').map(([, subnet]) => subnet['availability_zone'])).toEqual([
      'ap-northeast-1a',
      'ap-northeast-1c',
    ]);
  });

  it('refuses a block or zones that do not do', () => {
    function build() {
      return synthesize({
        network: { kind: 'new', cidrBlock: '10.0.0.0/28', availabilityZones: ['a', 'a'] },
      });
    }
    expect(build).toThrow(
      /network\.cidrBlock: got 10\.0\.0\.0\/28; allowed is an IPv4 block of \/16 to \/24/,
    );
    expect(build).toThrow(/network\.availabilityZones: got a, a; allowed is each once/);
    expect(() => synthesize({ network: { kind: 'new', availabilityZones: ['a'] } })).toThrow(
      /got 1; allowed 2 to 10/,
    );
  });
});

describe('Prewarm with PoPs that the data file lacks', () => {
  it('tells them the functions that look codes up', () => {
    const { one, all } = synthesize({ extraPops: ['FRA99-P1', 'NRT99-P2'] });
    for (const part of ['api', 'report'])
      expect(one('aws_lambda_function', `functions_${part}_`)['environment']).toMatchObject({
        variables: { WARMPATH_EXTRA_POPS: 'FRA99-P1,NRT99-P2' },
      });
    expect(JSON.stringify(all('aws_lambda_function')).match(/EXTRA_POPS/g)).toHaveLength(2);
  });

  it('refuses what is no code', () => {
    expect(() => synthesize({ extraPops: ['Frankfurt'] })).toThrow(
      /extraPops: got Frankfurt; allowed are codes/,
    );
  });
});

describe('Prewarm with longer lists', () => {
  it('tells the API function how long an uploaded list may be', () => {
    const { one } = synthesize({ maxListUrls: 3_000_000 });
    expect(one('aws_lambda_function', 'functions_api_')['environment']).toMatchObject({
      variables: { MAX_URLS: '3000000' },
    });
    expect(() => synthesize({ maxListUrls: 10_000_000 })).toThrow(/maxListUrls: got 10000000; allowed/);
  });
});

describe('Prewarm in private subnets', () => {
  it('gives its instances no public address', () => {
    const { one } = synthesize({
      network: { kind: 'existing', vpcId: 'vpc-1', subnetIds: ['subnet-1'], publicAddresses: false },
    });
    expect(one('aws_launch_template')['network_interfaces']).toMatchObject([
      { associate_public_ip_address: 'false' },
    ]);
  });
});

describe('Prewarm with props that cannot be', () => {
  it('names all that is wrong, before any resource exists', () => {
    function build() {
      return synthesize({
        deployment: 'Not_Ok',
        network: { kind: 'existing', vpcId: 'vpc-1', subnetIds: [] },
        api: { kind: 'private' },
        fleet: {
          maxInstances: 301,
          onDemandPercent: 120,
          instanceTypes: ['c7g.large', 'c7i.large'],
          volumeGib: 4,
        },
        visibilitySeconds: 5,
        logRetentionDays: 31,
        quota: { requestsPerDay: 0 },
        accountId: '1',
      });
    }
    expect(build).toThrow(/deployment: got "Not_Ok"/);
    for (const part of [
      /network\.subnetIds: got none/,
      /api\.clientCidrBlocks: got none/,
      /fleet\.maxInstances: got 301/,
      /fleet\.onDemandPercent: got 120/,
      /fleet\.instanceTypes: got c7i\.large; allowed are arm64 types/,
      /fleet\.volumeGib: got 4/,
      /visibilitySeconds: got 5/,
      /logRetentionDays: got 31; .* take 60/,
      /quota\.requestsPerDay: got 0/,
      /accountId: got 1; allowed 12 digits/,
    ])
      expect(build).toThrow(part);
  });
});

describe('Prewarm with what is off by default', () => {
  const stack = synthesize({
    network: { kind: 'new', flowLogDays: 30 },
    popCheck: { distributionDomain: 'd111111abcdef8.cloudfront.net' },
    webhookSecretArn: 'arn:aws:ssm:eu-central-1:111111111111:parameter/prewarm/webhook-secret',
    maxSourceUrls: 25_000_000,
    edges: { cidrBlocks: ['120.52.22.96/27'] },
    fleet: { instanceTypes: ['c7g.large'] },
  });
  function variablesOf(part: string) {
    const [environment] = [stack.one('aws_lambda_function', part)['environment']].flat();
    return (environment as { readonly variables: Record<string, string> }).variables;
  }

  it('checks the names of PoPs in a schedule, and rings where most have gone', () => {
    expect(stack.one('aws_scheduler_schedule')).toMatchObject({ schedule_expression: 'rate(6 hours)' });
    expect(stack.one('aws_cloudwatch_metric_alarm', 'silent-pops')).toMatchObject({
      metric_name: 'PopsWithoutAddressPercent',
      period: 21_600,
      threshold: 50,
    });
    expect(variablesOf('pop-check')).toMatchObject({ DISTRIBUTION_DOMAIN: 'd111111abcdef8.cloudfront.net' });
  });

  it('tells every function that looks names up what is said of edges, by a blob whose key follows its content', () => {
    const blob = stack.one('aws_s3_object', 'given-edges');
    expect(blob['key']).toMatch(/^settings\/edges-\$\{sha256\(local\.\S+content\S+\)\}\.json$/);
    expect(JSON.stringify(stack.json['locals'])).toContain('120.52.22.96/27');
    const told = ['functions_api_', 'get-size', 'functions_task_', 'pop-check'];
    const roles = [...told.slice(0, -1), 'pop-check_policy'];
    for (const part of told) {
      expect(variablesOf(part)['EDGES_KEY']).toMatch(/aws_s3_object\.prewarm_given-edges_\S+\.key/);
      expect(variablesOf(part)).toHaveProperty('BUCKET');
    }
    for (const role of roles)
      expect(stack.statements(role)).toContainEqual(
        expect.objectContaining({
          Sid: 'ReadGivenEdges',
          Action: ['s3:GetObject'],
          Resource: [expect.stringMatching(/\/settings\/\*$/)],
        }),
      );
    const functions = JSON.stringify(stack.all('aws_lambda_function'));
    expect(functions.match(/"EDGES_KEY"/g)).toHaveLength(told.length);
    expect(JSON.stringify(synthesize().json)).not.toContain('EDGES_KEY');
  });

  it('asks EC2 whether the types that are named are offered in the zones of the fleet', () => {
    const { lifecycle } = stack.one('aws_autoscaling_group') as { readonly lifecycle: object };
    expect(lifecycle).toMatchObject({
      precondition: [
        {
          condition: expect.stringMatching(
            /offered-types\S+\.locations, \["eu-central-1a", "eu-central-1b"\]\)\) >= 1/,
          ),
          error_message: expect.stringMatching(
            /got c7g\.large, .* none in eu-central-1a, eu-central-1b; allowed/,
          ),
        },
      ],
    });
    const given = { kind: 'existing', vpcId: 'vpc-1', subnetIds: ['subnet-1'] } as const;
    const types = { instanceTypes: ['c7g.large'] };
    expect(synthesize({ network: given, fleet: types }).one('aws_autoscaling_group')).toMatchObject({
      lifecycle: { postcondition: [{ condition: expect.stringContaining('self.availability_zones') }] },
    });
    expect(synthesize({ fleet: { ...types, checkTypes: false } }).json['data']).toBeUndefined();
    expect(synthesize().json['data']).toBeUndefined();
  });

  it('tells the functions their settings, and lets the report read the one secret', () => {
    expect(variablesOf('get-size')).toMatchObject({ MAX_SOURCE_URLS: '25000000' });
    expect(variablesOf('functions_report')).toHaveProperty('WEBHOOK_SECRET_PARAMETER');
    const [reads] = stack.statements('functions_report_webhook-secret');
    expect(reads).toMatchObject({
      Action: ['ssm:GetParameter'],
      Resource: ['arn:aws:ssm:eu-central-1:111111111111:parameter/prewarm/webhook-secret'],
    });
  });

  it('records the traffic of the VPC for so many days', () => {
    expect(stack.one('aws_flow_log')).toMatchObject({ traffic_type: 'ALL' });
    const kept = stack
      .all('aws_cloudwatch_log_group')
      .find(([, { name }]) => String(name).startsWith('/vpc/'));
    expect(kept?.[1]).toMatchObject({ retention_in_days: 30 });
  });

  it('lets nobody but its own roles seal and open the headers of requests', () => {
    const policy = JSON.parse(String(stack.one('aws_kms_key', 'headers')['policy']));
    const uses = policy.Statement.filter(({ Sid }: { Sid: string }) => Sid !== 'Administer');
    expect(uses).toMatchObject([
      {
        Action: ['kms:GenerateDataKey'],
        Condition: { ArnEquals: { 'aws:PrincipalArn': expect.anything() } },
      },
      { Action: ['kms:Decrypt'], Condition: { ArnEquals: { 'aws:PrincipalArn': expect.anything() } } },
    ]);
    const [administer] = policy.Statement;
    expect(JSON.stringify(administer.Action)).not.toMatch(/Decrypt|Encrypt|GenerateDataKey|kms:\*/);
  });
});
