import { ECR_REGISTRY_PATTERN } from '../ecr-registry';
import { bashStep, type ComponentDocument } from './component-document';

export interface BakeDocumentProps {
  readonly name: string;
  /** SSM parameter with the reference of the shell image; read at build, because a pipeline start takes no values. */
  readonly referenceParameter: string;
  /** Further references, known at synthesis. */
  readonly additionalReferences: readonly string[];
  /** Host of a private registry other than ECR to the ARN of the secret with its login. */
  readonly registrySecrets: Readonly<Record<string, string>>;
}

/** One reference a line; written at build, read by the checks and by people who wonder what an AMI holds. */
const BAKED = '/etc/warmpath/baked-images';
const PULL_SECONDS = 3600;
/** Two hosts with one engine id look like one to the registry; the engine writes a new one whenever it starts without. */
const FORGET_ENGINE_ID = ['systemctl stop docker', 'rm -f /var/lib/docker/engine-id'];

/**
 * Pulls the images into the AMI by digest and leaves nothing behind that belongs to the build host: its login, its agent's
 * registration, its configuration. `{{` would be read as a parameter of the document, so no Go template is used here.
 */
export function bakeDocument(props: BakeDocumentProps): ComponentDocument {
  return {
    name: props.name,
    description: 'Container images on the root volume, by digest',
    schemaVersion: '1.0',
    phases: [
      {
        name: 'build',
        steps: [
          // The agent of a build host would register with whatever cluster answers.
          bashStep('StopAgent', 120, ['systemctl disable --now ecs', 'systemctl start docker']),
          bashStep('InstallTools', 600, ['dnf install -y awscli-2 jq']),
          bashStep('PullImages', PULL_SECONDS, pullCommands(props)),
          bashStep('CleanUp', 300, [
            // agent.db would revive the container instance of the build host.
            'rm -rf /var/lib/ecs/data/* /var/log/ecs/* /etc/ecs/ecs.config /root/.docker',
            'systemctl enable ecs docker',
            ...FORGET_ENGINE_ID,
            'cloud-init clean --logs',
          ]),
        ],
      },
      {
        name: 'validate',
        steps: [
          bashStep('ImagesAndSpace', 300, [
            'systemctl start docker',
            `while read -r reference; do docker image inspect "$reference" >/dev/null; done <${BAKED}`,
            'test "$(df --output=pcent /var/lib/docker | tail -1 | tr -dc 0-9)" -lt 85',
            'test ! -e /root/.docker/config.json',
            // This is still the build host, and the snapshot comes next.
            ...FORGET_ENGINE_ID,
          ]),
        ],
      },
      {
        name: 'test',
        steps: [
          bashStep('ImagesWithoutPull', 300, [
            'systemctl is-enabled ecs docker',
            `while read -r reference; do time docker create --pull never "$reference"; done <${BAKED}`,
          ]),
        ],
      },
    ],
  };
}

function pullCommands({
  referenceParameter,
  additionalReferences,
  registrySecrets,
}: BakeDocumentProps): readonly string[] {
  const imds = 'http://169.254.169.254/latest';
  return [
    `token=$(curl -sf -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 300' ${imds}/api/token)`,
    `AWS_REGION=$(curl -sf -H "X-aws-ec2-metadata-token: $token" ${imds}/meta-data/placement/region)`,
    'export AWS_REGION',
    'mkdir -p /etc/warmpath',
    `aws ssm get-parameter --name ${referenceParameter} --query Parameter.Value --output text >${BAKED}`,
    ...additionalReferences.map((reference) => `echo ${reference} >>${BAKED}`),
    ...Object.entries(registrySecrets).flatMap(([registry, arn]) => [
      `login=$(aws secretsmanager get-secret-value --region ${arn.split(':')[3]} --secret-id ${arn} --query SecretString --output text)`,
      `jq -rj .password <<<"$login" | docker login --username "$(jq -r .username <<<"$login")" --password-stdin ${registry}`,
    ]),
    'while read -r reference; do',
    '  registry=$(echo "$reference" | cut -d/ -f1)',
    `  region=$(echo "$registry" | sed -nE 's/${ECR_REGISTRY_PATTERN}/\\4/p')`,
    '  if [ -n "$region" ]; then',
    '    aws ecr get-login-password --region "$region" |',
    '      docker login --username AWS --password-stdin "$registry"',
    '  fi',
    '  for attempt in 1 2 3 4 5; do',
    '    if docker pull --quiet "$reference"; then break; fi',
    '    sleep $((attempt * 10))',
    '  done',
    '  docker image inspect "$reference" >/dev/null',
    // The tag that the pre-pull gives too: it keeps a digest pull out of reach of `docker image prune`.
    '  digest=$(echo "$reference" | cut -d: -f2)',
    '  docker tag "$reference" "$(echo "$reference" | cut -d@ -f1):warmpath-$(echo "$digest" | cut -c1-12)"',
    `done <${BAKED}`,
  ];
}
