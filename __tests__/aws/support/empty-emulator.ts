/** Lets each file of the tier begin with an empty emulator: what another one left under the same names would be in the way. */
beforeAll(async () => {
  const reset = await fetch(`${process.env['AWS_ENDPOINT_URL']}/moto-api/reset`, { method: 'POST' });
  if (!reset.ok) throw new Error(`the emulator was not reset: status ${reset.status}`);
});
