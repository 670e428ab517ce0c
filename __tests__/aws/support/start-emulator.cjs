/** Starts the AWS emulator for the whole tier. Without Python and moto it says so and ends, and in CI it fails. */
const { spawn, spawnSync } = require('node:child_process');
const { createServer } = require('node:net');
const { join } = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');

/** Ends a start that hangs. */
const START_MS = 600_000;

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function answers(endpoint) {
  try {
    return (await fetch(`${endpoint}/moto-api/`)).ok;
  } catch {
    return false;
  }
}

module.exports = async () => {
  if (spawnSync('python3', ['-c', 'import moto.server'], { stdio: 'ignore' }).status !== 0) {
    console.log('test:aws: Python with moto is not installed; nothing was tested against AWS');
    process.exit(process.env.CI === 'true' ? 1 : 0);
  }
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const server = join(__dirname, '..', 'emulator', 'server.py');
  const child = spawn('python3', [server, String(port)], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
  });
  globalThis.awsEmulator = child;
  for (const until = Date.now() + START_MS; !(await answers(endpoint)); await sleep(100)) {
    if (child.exitCode !== null)
      throw new Error(`the AWS emulator ended with code ${child.exitCode} at start`);
    if (Date.now() > until) throw new Error(`the AWS emulator did not answer within ${START_MS / 1000} s`);
  }
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'testing',
    AWS_SECRET_ACCESS_KEY: 'testing',
    AWS_EC2_METADATA_DISABLED: 'true',
  });
};
