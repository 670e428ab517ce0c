const { once } = require('node:events');

module.exports = async () => {
  const running = (globalThis.awsEmulators ?? []).filter(({ exitCode }) => exitCode === null);
  await Promise.all(
    running.map((child) => {
      child.kill('SIGTERM');
      return once(child, 'exit');
    }),
  );
};
