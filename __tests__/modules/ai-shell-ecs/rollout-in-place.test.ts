/** The stack of a group whose images are rolled out in place. */
import { parseImagesDocument, parseWantedDocument } from '../../../lambdas/image-rollout/plan/documents';
import { imageRolloutSettings } from '../../../lambdas/image-rollout/settings';
import { renderBoot } from '../../../modules/ai-shell-ecs/boot/render-boot';
import { USER_DATA_LIMIT_BYTES, userDataSizeBytes } from '../../../modules/ai-shell-ecs/boot/user-data';
import { resolveSettings } from '../../../modules/ai-shell-ecs/settings';
import { minimal } from './props';
import { synthesize } from './synth';

const SHELL = 'reference' in minimal.image ? minimal.image.reference : '';
const PROXY = SHELL.replace('ai-shell@', 'proxy@');
const inPlace = {
  rollout: 'in-place',
  additionalImages: { proxy: { from: 'digest', reference: PROXY } },
  service: { desiredCount: 1 },
} as const;

describe('a group whose images are rolled out in place', () => {
  const stack = synthesize(inPlace);
  const boot = renderBoot(resolveSettings({ ...minimal, ...inPlace }), {
    images: [SHELL, PROXY],
    registrySecrets: {},
    region: 'eu-central-1',
  });

  it('has documents that the driver reads, and that Terraform does not write again', () => {
    const images = stack.one('aws_ssm_parameter', 'images');
    const wanted = stack.one('aws_ssm_parameter', 'wanted');
    expect(parseImagesDocument(String(images['insecure_value']))).toMatchObject({
      wanted: 1,
      phase: 'settled',
      images: { shell: { current: SHELL }, proxy: { current: PROXY } },
    });
    expect(parseWantedDocument(String(wanted['insecure_value']))).toEqual({ shell: SHELL, proxy: PROXY });
    expect(images['lifecycle']).toEqual({ ignore_changes: ['insecure_value', 'tier'] });
    expect(wanted['lifecycle']).toEqual({ ignore_changes: ['tier'] });
    for (const { allowed_pattern: pattern, insecure_value: value } of [images, wanted])
      expect(String(value)).toMatch(new RegExp(String(pattern)));
  });

  it('leaves what is wanted to the command where that starts rollouts', () => {
    const byCommand = synthesize({ ...inPlace, inPlaceRollout: { startedBy: 'command' } });
    expect(byCommand.one('aws_ssm_parameter', 'wanted')['lifecycle']).toEqual({
      ignore_changes: ['tier', 'insecure_value'],
    });
  });

  it('names no image in user data, so that a new one changes no launch template', () => {
    expect(boot).toContain('IMAGES_PARAMETER=/warmpath/shell/images\n');
    expect(boot).not.toContain('sha256:1f');
    expect(boot).toContain('/usr/local/lib/warmpath/document');
    expect(userDataSizeBytes(boot)).toBeLessThan(USER_DATA_LIMIT_BYTES * 0.75);
  });

  it('takes the image of tasks from the live document, and follows revisions that others register', () => {
    const task = stack.one('aws_ecs_task_definition');
    expect(task).toMatchObject({ track_latest: true, skip_destroy: true });
    expect(String(task['container_definitions'])).toContain('shell.current');
  });

  it('hands no function a reference that is put together at plan', () => {
    const repositoryUrl = '111111111111.dkr.ecr.eu-central-1.amazonaws.com/ai-shell';
    const tagged = synthesize({ ...inPlace, image: { from: 'tag', repositoryUrl, tag: 'v2' } });
    expect(String(tagged.one('aws_ecs_task_definition')['container_definitions'])).toMatch(
      /lookup\(local\.\w+_live_\w+, \\?"shell\.current\\?", local\.\w+_given_\w+\.shell\)/,
    );
  });

  it('leaves the size of the pool to the driver', () => {
    expect(stack.one('aws_autoscaling_group')['lifecycle']).toMatchObject({
      ignore_changes: expect.arrayContaining([
        'warm_pool[0].min_size',
        'warm_pool[0].max_group_prepared_capacity',
      ]),
    });
  });

  it('gives the driver an environment that it reads, and lets one run at a time', () => {
    const driver = stack.one('aws_lambda_function');
    expect(driver['reserved_concurrent_executions']).toBe(1);
    const { variables } = driver['environment'] as { variables: Record<string, string> };
    expect(imageRolloutSettings.parse(variables)).toMatchObject({
      POOL_MIN_SIZE: '2',
      POOL_MAX_PREPARED: '2',
      POOL_STATE: 'Stopped',
      PLATFORM: 'linux/arm64',
      READY_PERCENT: 100,
    });
  });

  it('takes the golden AMI at each launch, so that a push changes no launch template, and refuses a refresh that could not go back', () => {
    const baked = synthesize({ ...inPlace, goldenAmi: {} });
    expect(baked.one('aws_launch_template')['image_id']).toMatch(/^resolve:ssm:/);
    expect(synthesize({ goldenAmi: {} }).one('aws_launch_template')['image_id']).toMatch(
      /\.insecure_value}$/,
    );
    expect(() => synthesize({ ...inPlace, goldenAmi: {}, refresh: { startedBy: 'command' } })).toThrow(
      "got true with an AMI resolved at launch, as goldenAmi is with rollout 'in-place'",
    );
  });

  it('rings on both counts of cold starts, and tells its alarms with the others', () => {
    const watched = synthesize({ ...inPlace, coldStartMetrics: {} });
    for (const alarm of ['image-pulled-at-start', 'held-by-pull', 'rollout-stopped'])
      expect(watched.one('aws_cloudwatch_metric_alarm', alarm)['alarm_name']).toBe(`shell-${alarm}`);
    expect(String(watched.one('aws_cloudwatch_dashboard')['dashboard_body'])).toMatch(/held-by-pull/);
  });

  it('lets instances read the document and nothing write it but the driver', () => {
    const writers = stack.statements.filter(({ Action }) => [Action].flat().includes('ssm:PutParameter'));
    expect(writers.map(({ Sid }) => Sid)).toEqual(['WriteImages']);
    expect(stack.statements.map(({ Sid }) => Sid)).toContain('ReadImages');
  });
});
