/** Starts an AWS emulator for each worker of the tier. Without Python and moto it says so and ends, and in CI it fails. */
const { spawn, spawnSync } = require('node:child_process');
const { once } = require('node:events');
const { createServer } = require('node:net');
const { join } = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');

/** Ends a start that hangs. */
const START_MS = 600_000;

/** As many ports as there are workers, each another: all are held until the last is found. */
async function freePorts(count) {
  const servers = Array.from({ length: count }, () => createServer());
  try {
    return await Promise.all(
      servers.map(async (server) => {
        server.listen(0, '127.0.0.1');
        await once(server, 'listening');
        return server.address().port;
      }),
    );
  } finally {
    for (const server of servers) server.close();
  }
}

async function answers(endpoint) {
  try {
    return (await fetch(`${endpoint}/moto-api/`)).ok;
  } catch {
    return false;
  }
}

/** Waits until the emulator of a worker answers. */
async function ready(child, worker) {
  const endpoint = process.env[`AWS_EMULATOR_${worker}`];
  for (const until = Date.now() + START_MS; !(await answers(endpoint)); await sleep(100)) {
    if (child.exitCode !== null)
      throw new Error(`the AWS emulator ended with code ${child.exitCode} at start`);
    if (Date.now() > until) throw new Error(`the AWS emulator did not answer within ${START_MS / 1000} s`);
  }
}

module.exports = async ({ maxWorkers }) => {
  if (spawnSync('python3', ['-c', 'import moto.server'], { stdio: 'ignore' }).status !== 0) {
    console.log('test:aws: Python with moto is not installed; nothing was tested against AWS');
    process.exit(process.env.CI === 'true' ? 1 : 0);
  }
  globalThis.awsEmulators = [];
  // Each worker has an AWS of its own, so that files may use the same names at the same time.
  for (const [index, port] of (await freePorts(maxWorkers)).entries()) {
    const server = join(__dirname, '..', 'emulator', 'server.py');
    const child = spawn('python3', [server, String(port)], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
    });
    globalThis.awsEmulators.push(child);
    process.env[`AWS_EMULATOR_${index + 1}`] = `http://127.0.0.1:${port}`;
  }
  await Promise.all(globalThis.awsEmulators.map((child, index) => ready(child, index + 1)));
  Object.assign(process.env, {
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'testing',
    AWS_SECRET_ACCESS_KEY: 'testing',
    AWS_EC2_METADATA_DISABLED: 'true',
    // For Terraform and its provider, which live for seconds: see Workbench.
    GOGC: process.env.GOGC ?? '400',
  });
};
