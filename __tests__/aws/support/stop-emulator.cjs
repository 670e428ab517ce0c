const { once } = require('node:events');

module.exports = async () => {
  const child = globalThis.awsEmulator;
  if (child === undefined || child.exitCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
};
