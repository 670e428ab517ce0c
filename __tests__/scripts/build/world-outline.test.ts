import { readFileSync } from 'node:fs';
import { OUTPUT, worldOutlineFile } from '../../../scripts/build/world-outline';

describe('the land on the map of reports', () => {
  it('is what the script makes of the Natural Earth data, and stays small', () => {
    const committed = readFileSync(OUTPUT, 'utf8');
    expect(committed).toBe(worldOutlineFile);
    expect(committed.length).toBeLessThan(20_000);
  });
});
