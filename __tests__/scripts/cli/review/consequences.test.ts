import { consequenceOf } from '../../../../scripts/cli/review/model/consequences';

it.each([
  ['aws_codecommit_repository', 'data'],
  ['aws_ebs_snapshot', 'data'],
  ['aws_rds_cluster_instance', 'serves'],
  ['aws_sfn_state_machine', 'serves'],
  ['azurerm_mssql_database', 'data'],
  ['azurerm_linux_virtual_machine', 'serves'],
  ['azurerm_key_vault_secret', 'data'],
  ['github_repository', 'data'],
  ['google_bigquery_dataset', 'data'],
  ['google_container_cluster', 'serves'],
  ['google_kms_crypto_key', 'data'],
  ['google_sql_database_instance', 'data'],
  ['kubernetes_deployment_v1', 'serves'],
  ['kubernetes_namespace', 'data'],
  ['kubernetes_persistent_volume_claim', 'data'],
  ['helm_release', 'serves'],
])('%s goes with what it holds or serves: %s', (type, kind) => {
  expect(consequenceOf(type)?.kind).toBe(kind);
});

it.each([
  'aws_route_table',
  'aws_lb_listener_rule',
  'aws_ecs_task_definition',
  'aws_iam_instance_profile',
  'azurerm_virtual_network',
  'google_compute_instance_template',
  'local_file',
  'null_resource',
  'random_id',
])('%s takes nothing with it', (type) => {
  expect(consequenceOf(type)).toBeUndefined();
});

it('what is kept after its deletion, such as with deletion_policy ABANDON, is not lost', () => {
  expect(consequenceOf('google_sql_database_instance', { deletion_policy: 'ABANDON' })).toBeUndefined();
});
