import type { ModuleConfiguration } from './readme';

/** Files that resources and data sources go into, by the beginning of their type; the first that fits, else `main`. */
const FILE_OF_TYPE: readonly (readonly [prefix: string, file: string])[] = [
  ['aws_iam_', 'iam'],
  ['aws_kms_', 'iam'],
  ['aws_lambda_', 'functions'],
  ['aws_cloudwatch_log_', 'logs'],
  ['aws_cloudwatch_event_', 'events'],
  ['aws_scheduler_', 'events'],
  ['aws_sqs_', 'events'],
  ['aws_sns_', 'events'],
  ['aws_cloudwatch_', 'alarms'],
  ['aws_security_group', 'network'],
  ['aws_vpc', 'network'],
  ['aws_default_security_group', 'network'],
  ['aws_api_gateway_', 'api'],
  ['aws_dynamodb_', 'storage'],
  ['aws_s3_', 'storage'],
  ['aws_imagebuilder_', 'golden-ami'],
];

type Blocks = Readonly<Record<string, unknown>>;

/** Returns the configuration cut into the files that a Terraform module conventionally has, by their names without extension. */
export function moduleFiles(configuration: ModuleConfiguration): Readonly<Record<string, Blocks>> {
  const { variable, output, terraform, resource, data, ...main } = configuration;
  const files: Record<string, Record<string, unknown>> = {
    main,
    variables: { variable },
    outputs: { output },
    versions: { terraform },
  };
  for (const [section, types] of Object.entries({ resource, data }))
    for (const [type, blocks] of Object.entries((types ?? {}) as Readonly<Record<string, Blocks>>)) {
      const [, name] = FILE_OF_TYPE.find(([prefix]) => type.startsWith(prefix)) ?? [undefined, 'main'];
      files[name] ??= {};
      const file = files[name];
      file[section] = { ...(file[section] as Blocks | undefined), [type]: blocks };
    }
  return Object.fromEntries(
    Object.entries(files).filter(([, file]) => Object.values(file).some((section) => section !== undefined)),
  );
}
