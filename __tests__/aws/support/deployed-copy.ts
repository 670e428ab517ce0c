/** A clean copy whose local stacks deploy to the emulator, and the plans that are made in it. */
import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { CleanCopy } from './clean-copy';

/** The account of the emulator. */
export const ACCOUNT = '123456789012';

export class DeployedCopy extends CleanCopy {
  constructor() {
    super();
    // What the guide asks of whoever deploys first.
    this.edit(
      'environments.ts',
      ["account: '000000000000'", `account: '${ACCOUNT}'`],
      ['000000000000.dkr', `${ACCOUNT}.dkr`],
      [
        "const noDigestYet = 'sha256:0000000000000000000000000000000000000000000000000000000000000000'",
        `const noDigestYet = 'sha256:${'1f'.repeat(32)}'`,
      ],
    );
  }

  /** Plans into a file. Returns what Terraform says of it. */
  plan(tool: string, folder: string): Promise<string> {
    return this.succeeds(tool, ['plan', '-input=false', '-no-color', '-out=change.tfplan'], folder);
  }

  /** Returns the JSON of the plan that lies in the folder. */
  planJson(tool: string, folder: string): Promise<string> {
    return this.succeeds(tool, ['show', '-json', 'change.tfplan'], folder);
  }

  /** Returns the review of the plan that lies in the folder. */
  async reviewed(tool: string, folder: string): Promise<string> {
    writeFileSync(join(this.folder, folder, 'plan.json'), await this.planJson(tool, folder));
    return this.succeeds('npx', ['warmpath', 'review', `${basename(folder)}=${folder}/plan.json`]);
  }
}
