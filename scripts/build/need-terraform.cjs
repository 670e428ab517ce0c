/** Before the tier of the real provider: without Terraform it says so and ends, and in CI it fails. */
const { spawnSync } = require('node:child_process');

module.exports = () => {
  if (spawnSync('terraform', ['version'], { env: { ...process.env, CHECKPOINT_DISABLE: '1' } }).status === 0)
    return;
  console.log('test:terraform: terraform is not installed; no stack was planned');
  process.exit(process.env.CI === 'true' ? 1 : 0);
};
