import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { BadInput } from '../bad-input';
import { homeFolder } from '../home-folder';
import { credentialsHelperIn, tokenFromHelper } from './credentials-helper';

const credentialsFile = z.object({
  credentials: z.record(z.string(), z.object({ token: z.string().optional() })).optional(),
});

/**
 * Returns the API token for a host, as Terraform finds it: `TF_TOKEN_<host>`, then `credentials` blocks of the CLI's
 * configuration, then the file that `terraform login` writes, then the helper that the configuration names.
 *
 * @throws BadInput where there is none
 * @see https://developer.hashicorp.com/terraform/cli/config/config-file#credentials
 * @see https://opentofu.org/docs/cli/config/config-file/
 */
export function findHcpToken(
  hostname: string,
  env: NodeJS.ProcessEnv = process.env,
  home = homeFolder(),
): string {
  const host = hostForComparison(hostname);
  const token =
    fromEnvironment(host, env) ??
    fromConfiguration(host, env, home) ??
    fromLogin(host, env, home) ??
    fromHelper(host, env, home);
  if (token !== undefined && /^[\x21-\x7e]+$/.test(token)) return token;
  // No variable has a name with the number of a port in it.
  const variable = host.includes(':')
    ? 'a credentials block in the configuration of the command line'
    : `TF_TOKEN_${host.replace(/-/g, '__').replace(/\./g, '_')}`;
  throw new BadInput(
    token === undefined
      ? `no token for ${host}: set ${variable}, or run terraform login ${host}`
      : `the token for ${host} has characters that no token has: set ${variable} anew`,
  );
}

/** In names of variables `__` stands for a dash and `_` for a dot; names with dots and dashes are taken as well. */
function fromEnvironment(host: string, env: NodeJS.ProcessEnv): string | undefined {
  const wanted = hostForComparison(host);
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith('TF_TOKEN_') || !value) continue;
    const encoded = name.slice('TF_TOKEN_'.length);
    const decoded = encoded.replace(/__/g, '-').replace(/_/g, '.').toLowerCase();
    if (decoded === wanted || hostForComparison(decoded) === wanted || encoded.toLowerCase() === wanted)
      return value;
  }
  return undefined;
}

/** Returns a host in lower case, with letters of any language as the DNS has them. */
export function hostForComparison(host: string): string {
  return URL.canParse(`https://${host}`) ? new URL(`https://${host}`).host : host.toLowerCase();
}

/** Configurations of the command line, as Terraform and OpenTofu find them; a variable that names one takes the place of all others. */
function configurationFiles(env: NodeJS.ProcessEnv, home: string): readonly string[] {
  const own = env['TF_CLI_CONFIG_FILE'] || env['TERRAFORM_CONFIG'];
  if (own) return [own];
  const folder = join(home, '.terraform.d');
  const further = existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith('.tfrc'))
        .sort()
        .map((name) => join(folder, name))
    : [];
  return [
    join(home, '.terraformrc'),
    join(home, '.tofurc'),
    join(xdgFolder(env, home), 'tofurc'),
    ...further,
  ];
}

/** Folder of OpenTofu where it keeps to the XDG directories. */
function xdgFolder(env: NodeJS.ProcessEnv, home: string): string {
  return join(env['XDG_CONFIG_HOME'] || join(home, '.config'), 'opentofu');
}

function fromConfiguration(host: string, env: NodeJS.ProcessEnv, home: string): string | undefined {
  for (const file of configurationFiles(env, home)) {
    if (!existsSync(file)) continue;
    const text = readFileSync(file, 'utf8');
    if (text.trimStart().startsWith('{')) {
      const token = tokenInJson(file, text, host);
      if (token !== undefined) return token;
    }
    for (const [, name, body = ''] of text.matchAll(/^\s*credentials\s+"([^"]+)"\s*\{([^}]*)\}/gm)) {
      const token = /^\s*token\s*=\s*"([^"]+)"/m.exec(body)?.[1];
      if (name !== undefined && hostForComparison(name) === host && token !== undefined) return token;
    }
  }
  return undefined;
}

function fromLogin(host: string, env: NodeJS.ProcessEnv, home: string): string | undefined {
  for (const folder of [join(home, '.terraform.d'), xdgFolder(env, home)]) {
    const file = join(folder, 'credentials.tfrc.json');
    const token = existsSync(file) ? tokenInJson(file, readFileSync(file, 'utf8'), host) : undefined;
    if (token !== undefined) return token;
  }
  return undefined;
}

function fromHelper(host: string, env: NodeJS.ProcessEnv, home: string): string | undefined {
  for (const file of configurationFiles(env, home)) {
    if (!existsSync(file)) continue;
    const helper = credentialsHelperIn(readFileSync(file, 'utf8'));
    if (helper !== undefined) return tokenFromHelper(helper, host, pluginFolders(env, home));
  }
  return undefined;
}

/** Programs lie in folders of their own system too. */
function pluginFolders(env: NodeJS.ProcessEnv, home: string): readonly string[] {
  const system = `${process.platform === 'win32' ? 'windows' : process.platform}_${process.arch === 'x64' ? 'amd64' : process.arch}`;
  const data = env['XDG_DATA_HOME'] || join(home, '.local', 'share');
  return [join(home, '.terraform.d', 'plugins'), join(data, 'opentofu', 'plugins')].flatMap((folder) => [
    folder,
    join(folder, system),
  ]);
}

function tokenInJson(file: string, text: string, host: string): string | undefined {
  try {
    const parsed = credentialsFile.safeParse(JSON.parse(text));
    const credentials = Object.entries(parsed.data?.credentials ?? {});
    return credentials.find(([name]) => hostForComparison(name) === host)?.[1].token;
  } catch {
    // The parser's message quotes the text, which holds tokens: it is no cause to keep.
    throw new BadInput(`${file}: cannot be read as JSON; run terraform login ${host} again`);
  }
}
