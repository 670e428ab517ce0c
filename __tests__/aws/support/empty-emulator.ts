/** Gives each file of the tier the emulator of its worker, empty: what another left under the same names would be in the way. */
process.env['AWS_ENDPOINT_URL'] = process.env[`AWS_EMULATOR_${process.env['JEST_WORKER_ID']}`];

beforeAll(async () => {
  const reset = await fetch(`${process.env['AWS_ENDPOINT_URL']}/moto-api/reset`, { method: 'POST' });
  if (!reset.ok) throw new Error(`the emulator was not reset: status ${reset.status}`);
});
