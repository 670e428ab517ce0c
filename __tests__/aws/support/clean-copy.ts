/** The repository as somebody who has just cloned it and installed its packages has it. */
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { terraformCliConfig } from '../../../scripts/build/terraform-cli';

const REPOSITORY = join(__dirname, '..', '..', '..');

export interface CommandResult {
  readonly code: number | null;
  /** Standard output and standard error, without colours. */
  readonly output: string;
}

export class CleanCopy {
  readonly folder = mkdtempSync(join(tmpdir(), 'warmpath-clone-'));
  private readonly home = mkdtempSync(join(tmpdir(), 'warmpath-home-'));

  constructor() {
    const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
      cwd: REPOSITORY,
      encoding: 'utf8',
    });
    for (const path of files.split('\0').filter((name) => name !== '' && !name.startsWith('__tests__/')))
      cpSync(join(REPOSITORY, path), join(this.folder, path));
    symlinkSync(join(REPOSITORY, 'node_modules'), join(this.folder, 'node_modules'));
    this.configureTerraform('');
  }

  /** Writes the configuration of Terraform's command line: no call home, the provider of this machine, and `more`. */
  configureTerraform(more: string): void {
    writeFileSync(join(this.home, 'terraform.rc'), `${terraformCliConfig()}${more}`);
  }

  /** Changes a file as with an editor; each text has to be there. */
  edit(path: string, ...replacements: readonly (readonly [string, string])[]): void {
    let text = readFileSync(join(this.folder, path), 'utf8');
    for (const [from, to] of replacements) {
      if (!text.includes(from)) throw new Error(`${path} has no ${JSON.stringify(from)}`);
      text = text.replaceAll(from, to);
    }
    writeFileSync(join(this.folder, path), text);
  }

  /** Runs a command in the copy, or in a folder of it. It reads `input`, or nothing. */
  run(
    command: string,
    args: readonly string[],
    folder = '',
    env: NodeJS.ProcessEnv = {},
    input?: string,
  ): Promise<CommandResult> {
    return new Promise((resolve, reject) => {
      const child = spawn(command, args, {
        cwd: join(this.folder, folder),
        env: {
          ...process.env,
          HOME: this.home,
          TF_CLI_CONFIG_FILE: join(this.home, 'terraform.rc'),
          CHECKPOINT_DISABLE: '1',
          CI: 'true',
          ...env,
        },
        stdio: ['pipe', 'pipe', 'pipe'],
      });
      // A process may end before it has read what it is told.
      child.stdin.on('error', () => undefined).end(input);
      let output = '';
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk: Buffer) => {
          output += chunk.toString();
        });
      child.once('error', reject);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with it
      child.once('close', (code) => resolve({ code, output: output.replace(/\u001b\[[\d;]*m/g, '') }));
    });
  }

  /** Runs a command that has to succeed. Returns its output. */
  async succeeds(command: string, args: readonly string[], folder = ''): Promise<string> {
    const { code, output } = await this.run(command, args, folder);
    if (code !== 0)
      throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${output.slice(-4_000)}`);
    return output;
  }

  close(): void {
    for (const folder of [this.folder, this.home]) rmSync(folder, { recursive: true, force: true });
  }
}
