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
});
