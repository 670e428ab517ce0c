import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credentialsHelperIn } from '../../../../scripts/cli/hcp/credentials-helper';
import { findHcpToken } from '../../../../scripts/cli/hcp/hcp-token';

const HOST = 'app.terraform.io';
let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'warmpath-helper-'));
  mkdirSync(join(home, '.terraform.d/plugins'), { recursive: true });
});

afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

function configure(text: string): void {
  writeFileSync(join(home, '.terraformrc'), text);
}

function install(script: string, name = 'terraform-credentials-store'): void {
  const path = join(home, '.terraform.d/plugins', name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}

function token(env: NodeJS.ProcessEnv = {}): string {
  return findHcpToken(HOST, env, home);
}

describe('a configuration of the command line', () => {
  it.each([
    ['credentials_helper "store" {\n  args = ["--host=a", "say \\"b\\"",]\n}', ['--host=a', 'say "b"']],
    ['credentials_helper store {\n  args = []\n}', []],
    ['disable_checkpoint = true\ncredentials_helper "store" {}', []],
    ['{"credentials_helper": {"store": {"args": ["x"]}}}', ['x']],
  ])('names a helper and its arguments: %j', (text, args) => {
    expect(credentialsHelperIn(text)).toEqual({ name: 'store', args });
  });

  it.each(['', '# credentials_helper "store" {}', '{"credentials": {}}', 'plugin_cache_dir = "x"'])(
    'names none: %j',
    (text) => {
      expect(credentialsHelperIn(text)).toBeUndefined();
    },
  );
});

describe('a credentials helper', () => {
  beforeEach(() => {
    configure('credentials_helper "store" {\n  args = ["--vault", "team a"]\n}\n');
  });

  it('is asked for the host, with its arguments before the verb', () => {
    install('printf \'{"token":"%s-%s-%s-%s"}\' "$1" "$(echo "$2" | tr " " _)" "$3" "$4"');
    expect(token()).toBe(`--vault-team_a-get-${HOST}`);
  });

  it('is found with a version in its name', () => {
    install('echo \'{"token":"versioned"}\'', 'terraform-credentials-store_v1.2.0');
    expect(token()).toBe('versioned');
  });

  it('is asked last: a variable, a block and a login win', () => {
    install('exit 3');
    expect(token({ TF_TOKEN_app_terraform_io: 'from-variable' })).toBe('from-variable');
    writeFileSync(
      join(home, '.terraform.d/credentials.tfrc.json'),
      JSON.stringify({ credentials: { [HOST]: { token: 'from-login' } } }),
    );
    expect(token()).toBe('from-login');
  });

  it('that has none for this host leaves the usual advice', () => {
    install('echo "{}"');
    expect(() => token()).toThrow(/no token for app\.terraform\.io: set TF_TOKEN_app_terraform_io/);
  });

  it('that is not installed is named with its folder', () => {
    expect(() => token()).toThrow(/terraform-credentials-store is not in .*plugins/);
  });

  it('that fails is told in its own words, without what it printed', () => {
    install('echo canary-token; echo "the vault is locked" >&2; exit 1');
    expect(() => token()).toThrow(/failed for app\.terraform\.io: the vault is locked; correct it/);
    expect(() => token()).not.toThrow(/canary/);
  });

  it('that prints no JSON is refused without quoting it', () => {
    install('echo canary-token');
    expect(() => token()).toThrow(/got no JSON object from it/);
    expect(() => token()).not.toThrow(/canary/);
  });
});
