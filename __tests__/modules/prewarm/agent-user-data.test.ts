import { spawnSync } from 'node:child_process';
import { AGENT_UNIT, agentUserData } from '../../../modules/prewarm/agent-user-data';

const script = agentUserData({
  region: 'eu-central-1',
  bucket: 'bucket',
  key: 'code/agent-abc.js',
  sha256: 'abc',
  logGroup: '/prewarm/agent',
  environment: {
    DEPLOYMENT: 'test',
    METRICS_NAMESPACE: 'Warmpath/Prewarm',
    REQUEST_TABLE: 'requests',
    POP_TABLE: 'pops',
    TASK_TABLE: 'tasks',
    RECORD_RETENTION_DAYS: '30',
    BUCKET: 'bucket',
    QUEUE_URL: 'https://sqs.example.com/1/tasks',
    DEAD_LETTER_QUEUE_URL: 'https://sqs.example.com/1/dead',
    HEADERS_KEY_ARN: 'arn:aws:kms:eu-central-1:1:key/x',
    GROUP_NAME: 'group',
    VISIBILITY_SECONDS: '120',
    MAX_DELIVERIES: '5',
  },
});

describe('what an agent instance does at boot', () => {
  it('is a shell script without a fault of syntax', () => {
    expect(spawnSync('bash', ['-n'], { input: script, encoding: 'utf8' }).stderr).toBe('');
  });

  it('holds nothing that Terraform would take for an expression of its own', () => {
    expect(script).not.toMatch(/[$%]\{/);
  });

  it('stays below what user data may have, before base64', () => {
    expect(script.length).toBeLessThan(12_000);
  });

  it('runs the agent only when its code has the hash it was launched with', () => {
    expect(script.indexOf('sha256sum --check')).toBeGreaterThan(0);
    expect(script.indexOf('sha256sum --check')).toBeLessThan(script.indexOf('mv /opt/warmpath/agent.js.new'));
  });

  it('gives the agent longer to drain than it takes, and no way to gain rights', () => {
    expect(AGENT_UNIT).toMatch(/^TimeoutStopSec=30$/m);
    for (const line of [
      'NoNewPrivileges=yes',
      'ProtectSystem=strict',
      'DynamicUser=yes',
      'Restart=on-failure',
    ])
      expect(AGENT_UNIT.split('\n')).toContain(line);
  });
});
