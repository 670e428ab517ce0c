import { type CliRun, runCli, startCli } from './cli-process';

const TOPIC = 'arn:aws:sns:eu-central-1:111111111111:prewarm_events_prod';

async function urlOf({ child, shows }: CliRun): Promise<string> {
  let output = '';
  child.stderr?.on('data', (text: string) => {
    output += text;
  });
  await shows(/listening on http\S+\n/);
  return /listening on (http\S+)\n/.exec(output)?.[1] ?? '';
}

describe('warmpath prewarm listen', () => {
  it('listens until SIGTERM, says what it refuses, and prints nothing else on standard output', async () => {
    const run = startCli(['prewarm', 'listen', '--topic', TOPIC, '--port', '0']);
    try {
      const url = await urlOf(run);
      expect((await fetch(url, { method: 'POST', body: 'hello' })).status).toBe(400);
      await run.shows(/refused: the body is no JSON/);
    } finally {
      run.child.kill('SIGTERM');
    }
    const { code, stdout } = await run.result;
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  });

  it.each([
    [['--port', '0'], /required option '--topic <ARN>'/],
    [['--topic', 'prewarm_events'], /Allowed: the ARN of an SNS topic/],
    [['--topic', TOPIC, '--cert', 'x.pem'], /--cert, --key: got one of them/],
    [['--topic', TOPIC, '--cert', '/none.pem', '--key', '/none.pem'], /--cert: .*allowed: a PEM file/],
    [['--topic', TOPIC, '--cert', __filename, '--key', __filename], /not a certificate/],
  ])('refuses %j with one message', async (options, message) => {
    const { code, stderr } = await runCli(['prewarm', 'listen', ...options]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(message) });
  });
});
