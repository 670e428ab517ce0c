import { type JsonValue, valueAt } from './json-value';

/** What it does to people when a resource is deleted, or replaced and so deleted as well. */
export interface Consequence {
  /** `data`: it holds something that is lost. `serves`: something stops while it is not there. */
  readonly kind: 'data' | 'serves';
  readonly lost: string;
}

function data(lost: string): Consequence {
  return { kind: 'data', lost };
}

function serves(lost: string): Consequence {
  return { kind: 'serves', lost };
}

const QUEUE = data('slices and other messages that wait in it are lost');
const TABLE = data('every item in it is lost, unless it is restored from a backup');
const DATABASE = data('its data is lost but for a final snapshot');
const GROUP = serves('its instances are terminated, and tasks on them end');
const LOAD_BALANCER = serves('its address changes, and nothing is answered until DNS follows');
const VOLUME = data('the data on it is lost but for snapshots');

/** By resource type. A type that is not here neither holds data nor serves, as far as is known. */
const CONSEQUENCES: Readonly<Record<string, Consequence>> = {
  aws_dynamodb_table: TABLE,
  aws_s3_bucket: data(
    'the objects in it are lost; while it holds any, the apply fails unless force_destroy is set',
  ),
  aws_sqs_queue: QUEUE,
  aws_kms_key: data('what is encrypted with it cannot be read any more once its waiting period is over'),
  aws_kms_external_key: data('what is encrypted with it cannot be read any more'),
  aws_cloudwatch_log_group: data('its log events are lost'),
  aws_ecr_repository: data('its images are lost, and tasks that need a pull cannot start'),
  aws_ecrpublic_repository: data('its images are lost'),
  aws_db_instance: DATABASE,
  aws_rds_cluster: DATABASE,
  aws_docdb_cluster: DATABASE,
  aws_neptune_cluster: DATABASE,
  aws_redshift_cluster: DATABASE,
  aws_opensearch_domain: DATABASE,
  aws_elasticsearch_domain: DATABASE,
  aws_redshiftserverless_namespace: DATABASE,
  aws_opensearchserverless_collection: data('what is indexed in it is lost'),
  aws_keyspaces_table: TABLE,
  aws_dynamodb_global_table: TABLE,
  aws_memorydb_cluster: data('what it holds is lost but for snapshots'),
  aws_elasticache_cluster: data('what it caches is lost'),
  aws_elasticache_replication_group: data('what it caches is lost'),
  aws_efs_file_system: data('the files on it are lost'),
  aws_fsx_lustre_file_system: data('the files on it are lost'),
  aws_fsx_windows_file_system: data('the files on it are lost'),
  aws_fsx_ontap_file_system: data('the files on it are lost'),
  aws_fsx_openzfs_file_system: data('the files on it are lost'),
  aws_s3_directory_bucket: data('the objects in it are lost'),
  aws_ebs_volume: VOLUME,
  aws_ebs_snapshot: data('no further volume can be made from it'),
  aws_db_snapshot: data('the database cannot be restored from it any more'),
  aws_db_cluster_snapshot: data('the database cannot be restored from it any more'),
  aws_kinesis_stream: data('records that wait in it are lost'),
  aws_msk_cluster: data('records that wait in it are lost'),
  aws_mq_broker: data('messages that wait in it are lost'),
  aws_codecommit_repository: data('its commits are lost'),
  aws_glue_catalog_database: data('its tables are no longer known; what they describe stays'),
  aws_backup_vault: data('the recovery points in it are lost'),
  aws_secretsmanager_secret: data('the secret is lost after its recovery window'),
  aws_ssm_parameter: serves('whatever reads it fails, and its history is lost'),
  aws_cognito_user_pool: data('every user in it is lost'),
  aws_timestreamwrite_table: TABLE,
  aws_ami: data('no further instance can boot from it'),
  aws_autoscaling_group: GROUP,
  aws_instance: serves('what runs on it ends, and its instance store is lost'),
  aws_ecs_cluster: serves('its services and tasks end'),
  aws_ecs_service: serves('its tasks end; sessions that run in them are cut off'),
  aws_ecs_capacity_provider: serves('tasks that ask for it cannot be placed'),
  aws_eks_cluster: serves('everything in it ends'),
  aws_eks_node_group: GROUP,
  aws_lambda_function: serves('invocations fail while it is not there'),
  aws_lambda_event_source_mapping: serves('records wait until it is there again'),
  aws_api_gateway_rest_api: serves('its URL changes, and callers of the old one get no answer'),
  aws_api_gateway_stage: serves('requests fail while it is not there'),
  aws_api_gateway_deployment: serves('requests fail while the stage has no deployment'),
  aws_apigatewayv2_api: serves('its URL changes, and callers of the old one get no answer'),
  aws_lb: LOAD_BALANCER,
  aws_alb: LOAD_BALANCER,
  aws_elb: LOAD_BALANCER,
  aws_lb_target_group: serves('its targets get no requests until they are registered and healthy again'),
  aws_lb_listener: serves('connections to its port are refused while it is not there'),
  aws_cloudfront_distribution: serves('its domain name changes, and viewers of the old one get no answer'),
  aws_route53_zone: serves('its names do not resolve any more, and its name servers change'),
  aws_route53_record: serves('the name does not resolve while it is not there'),
  aws_cloudwatch_metric_alarm: serves('nobody is told of what it watches while it is not there'),
  aws_sns_topic: serves('its subscriptions go with it, and nobody is notified'),
  aws_vpc: serves('everything in it has to go first'),
  aws_subnet: serves('everything in it has to go first'),
  aws_nat_gateway: serves('private subnets lose their way out while it is not there'),
  aws_internet_gateway: serves('public subnets lose their way out while it is not there'),
  aws_eip: serves('its address is given up'),
  aws_acm_certificate: serves('whatever presents it needs the new one first'),
  aws_cloudtrail: serves('nothing of the account is recorded while it is not there'),
  aws_iam_user: serves('its keys and its password stop working'),
  aws_iam_access_key: serves('whoever uses it is refused'),
  aws_iam_role: serves('what acts with it is refused while it is not there'),
  aws_scheduler_schedule_group: serves('its schedules go with it: deadlines of requests do not fire'),
};

/** Nouns for sentences; a type without one is called by its type. */
const NOUNS: Readonly<Record<string, string>> = {
  aws_dynamodb_table: 'the table',
  aws_s3_bucket: 'the bucket',
  aws_sqs_queue: 'the queue',
  aws_kms_key: 'the key',
  aws_cloudwatch_log_group: 'the log group',
  aws_ecr_repository: 'the repository',
  aws_db_instance: 'the database',
  aws_rds_cluster: 'the database cluster',
  aws_autoscaling_group: 'the group',
  aws_instance: 'the instance',
  aws_ecs_cluster: 'the cluster',
  aws_ecs_service: 'the service',
  aws_lambda_function: 'the function',
  aws_api_gateway_rest_api: 'the API',
  aws_apigatewayv2_api: 'the API',
  aws_lb: 'the load balancer',
  aws_lb_target_group: 'the target group',
  aws_ssm_parameter: 'the parameter',
  aws_secretsmanager_secret: 'the secret',
  aws_iam_role: 'the role',
  aws_sns_topic: 'the topic',
  aws_cloudwatch_metric_alarm: 'the alarm',
};

/** Names that types of other providers have where they hold data. */
const HOLDS_DATA =
  /(?:^|_)(?:bucket|database|db|sql|storage_account|storage_container|disk|volume|vault|registry|bigquery|filestore|file_share|queue|topic|table|namespace|volume_claim|dataset|secret|crypto_key|cosmosdb|repository|file_system|filesystem|share|workspace|stream|snapshot)(?:_instance|_cluster|_server|_account|_database)?$/;

/** Likewise where they serve, or run what serves. */
const SERVES =
  /(?:^|_)(?:api|app|accelerator|broker|cluster|deployment|environment|function|gateway|instance|listener|load_balancer|machine|node_group|node_pool|release|scale_set|server|service|stateful_set|state_machine)(?:_v\d+)?$/;

/** What stops only as long as the resource is not there. */
const IN_THE_GAP = /\bwhile it is not there$|has no deployment$/;

/** Whoever changes an API makes one of these each time. */
const MADE_ANEW = new Set(['aws_api_gateway_deployment']);

/** Returns what a replacement does whose new object is there before the old one goes; `before` is the old one. */
export function consequenceWithoutGap(type: string, before?: JsonValue): Consequence | undefined {
  const consequence = consequenceOf(type, before);
  if (consequence === undefined || !IN_THE_GAP.test(consequence.lost)) return consequence;
  return MADE_ANEW.has(type) ? undefined : serves('the new one is there before the old one goes');
}

/**
 * Returns what is lost with a resource of this type; undefined where it neither holds data nor serves, as far as is known.
 *
 * @param before - the object that goes: its attributes say what is kept of it
 */
export function consequenceOf(type: string, before?: JsonValue): Consequence | undefined {
  if (valueAt(before, 'skip_destroy') === true || valueAt(before, 'deletion_policy') === 'ABANDON')
    return undefined;
  const consequence = ofObject(type, before);
  if (consequence === undefined || !isProtected(before)) return consequence;
  return { ...consequence, lost: `${consequence.lost}; the apply fails while its deletion protection is on` };
}

function ofObject(type: string, before: JsonValue | undefined): Consequence | undefined {
  const known = Object.hasOwn(CONSEQUENCES, type) ? CONSEQUENCES[type] : undefined;
  if (known === DATABASE && valueAt(before, 'replicate_source_db'))
    return serves('readers of this replica get no answer; its source keeps the data');
  if (known === DATABASE && valueAt(before, 'skip_final_snapshot') === true)
    return data('its data is lost, and no final snapshot is taken');
  if (known !== undefined) return known;
  const isOthers =
    !type.startsWith('aws_') && HOLDS_DATA.test(type) && !/route_table|_subscription$/.test(type);
  if (isOthers) return data('what it holds is lost');
  return SERVES.test(type) ? serves('what it serves gets no answer while it is not there') : undefined;
}

function isProtected(before: JsonValue | undefined): boolean {
  return ['deletion_protection', 'deletion_protection_enabled', 'enable_deletion_protection'].some((name) => {
    const value = valueAt(before, name);
    return value === true || value === 'ACTIVE';
  });
}

/** Returns what people call a resource of this type: `the queue`. */
export function nounOf(type: string): string {
  return (
    (Object.hasOwn(NOUNS, type) ? NOUNS[type] : undefined) ??
    `the ${type.replace(/^aws_/, '').replace(/_/g, ' ')}`
  );
}
