/** `npm run test:live` as far as it goes before anything is made: it says the cost, asks, and leaves nothing behind. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DeployedCopy } from './support/deployed-copy';

let copy: DeployedCopy;

beforeAll(() => {
  copy = new DeployedCopy();
  // The smallest stack: queues take the provider the better part of a minute.
  copy.edit('environments.ts', [
    "instances: { instanceTypes: ['t4g.small'], maxSize: 1 },",
    "instances: { instanceTypes: ['t4g.small'], maxSize: 1 }, coldStartMetrics: false, exec: false,",
  ]);
});

afterAll(() => {
  copy.close();
});

function testLive(answer: string, env: NodeJS.ProcessEnv = { CI: '' }) {
  const args = ['run', 'test:live', '--', 'local', '--only', 'ai-shell-ecs'];
  return copy.run('npm', args, '', env, answer);
}

function resourcesInState(): readonly unknown[] {
  const path = join(copy.folder, '.state/ai-shell-ecs-local.tfstate');
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).resources : [];
}

test('in CI it refuses, and without the answer it makes nothing', async () => {
  expect(await testLive('local\n', { CI: 'true' })).toMatchObject({
    code: 2,
    output: expect.stringContaining('CI is set'),
  });
  const { code, output } = await testLive('');
  expect(output).toMatch(/at most about \d+\.\d+ USD[\s\S]*Type local to go on[\s\S]*nothing was made/);
  expect(code).toBe(1);
  expect(resourcesInState()).toEqual([]);
});
