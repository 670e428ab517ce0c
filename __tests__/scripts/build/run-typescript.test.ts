import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(__dirname, '../../..');

it('where a value of cdktf was made is still told when somebody asks', () => {
  const program = `
    const { Intrinsic } = require('cdktf/lib/tokens/private/intrinsic');
    function makeValue() { return new Intrinsic('x'); }
    const { creationStack } = makeValue();
    console.log(JSON.stringify([creationStack.length > 1, creationStack.join('|'), creationStack.map((line) => line)]));`;
  const preload = join(root, 'scripts/build/run-typescript.cjs');
  const shown = execFileSync(process.execPath, ['--require', preload, '-e', program], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(JSON.parse(shown)).toEqual([
    true,
    expect.stringContaining('makeValue ([eval]'),
    expect.arrayContaining([expect.stringContaining('makeValue ([eval]')]),
  ]);
});
