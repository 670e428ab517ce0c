import { TerraformStack, Testing } from 'cdktf';
import { AiShellEcs, type AiShellEcsProps } from '../../../modules/ai-shell-ecs';
import { addAiShellEcsOutputs } from '../../../modules/ai-shell-ecs/outputs';
import { minimal } from './props';

function outputs(
  props: Partial<AiShellEcsProps> = {},
): Record<string, { value: unknown; description: string }> {
  const stack = new TerraformStack(Testing.app(), 'stack');
  addAiShellEcsOutputs(stack, new AiShellEcs(stack, 'shell', { ...minimal, ...props }));
  return JSON.parse(Testing.synth(stack)).output;
}

describe('the outputs of AiShellEcs', () => {
  it('have the names that users of the public modules know, and each a description', () => {
    const declared = outputs();
    expect(Object.keys(declared)).toEqual(
      expect.arrayContaining([
        'autoscaling_group_arn',
        'cluster_name',
        'launch_template_id',
        'node_iam_role_arn',
      ]),
    );
    expect(Object.values(declared).filter(({ description }) => !description)).toEqual([]);
  });

  it('leave out what is switched off', () => {
    const declared = Object.keys(outputs({ task: false }));
    for (const name of [
      'task_definition_arn',
      'golden_ami_ssm_parameter',
      'dashboard_name',
      'exec_session_policy_json',
    ])
      expect(declared).not.toContain(name);
    expect(Object.keys(outputs({ exec: false }))).not.toContain('exec_session_policy_json');
  });

  it('hand out what somebody needs to open a session: this cluster, and the key that encrypts it', () => {
    const policy = String(outputs()['exec_session_policy_json']?.value);
    expect(policy).toMatch(/"ecs:ExecuteCommand"[^}]*aws_ecs_cluster[^}]*\.arn/);
    expect(policy).toMatch(/"kms:GenerateDataKey"[^}]*aws_kms_key[^}]*\.arn/);
    expect(policy).not.toContain('"*"');
  });

  it('hand out the command that rolls out where an apply does not, with the version of this apply and its rollback', () => {
    const refresh = { startedBy: 'command', minHealthyPercent: 90, alarmNames: ["it's slow"] } as const;
    expect(outputs({ refresh })['instance_refresh_command']?.value).toMatch(
      /^warmpath coldstart refresh --group shell-ecs-asg --min-healthy 90 --max-healthy 110 --launch-template-version \$\{aws_launch_template\.\S+\.latest_version\} --auto-rollback --skip-matching --alarm 'it'\\''s slow' --watch$/,
    );
  });

  it('hand out a command that replaces every instance where an apply rolls out, or nothing does', () => {
    expect(outputs()['instance_refresh_command']?.value).toBe(
      'warmpath coldstart refresh --group shell-ecs-asg --min-healthy 100 --max-healthy 110 --watch',
    );
    expect(outputs({ refresh: false })['instance_refresh_command']?.value).toBe(
      'warmpath coldstart refresh --group shell-ecs-asg --watch',
    );
  });
});
