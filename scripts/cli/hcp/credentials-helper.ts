import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { BadInput } from '../bad-input';

/** A program that gets tokens from elsewhere, such as a keychain, as a configuration of the command line names it. */
export interface CredentialsHelper {
  readonly name: string;
  readonly args: readonly string[];
}

const helperInJson = z.object({
  credentials_helper: z.record(z.string(), z.object({ args: z.array(z.string()).optional() })).optional(),
});

const answer = z.object({ token: z.string().optional() });

const TIMEOUT_MS = 60_000;

/** Returns the helper that a configuration in HCL or JSON names; undefined where it names none. */
export function credentialsHelperIn(text: string): CredentialsHelper | undefined {
  if (text.trimStart().startsWith('{')) {
    const parsed = helperInJson.safeParse(JSON.parse(text));
    const [entry] = Object.entries(parsed.data?.credentials_helper ?? {});
    return entry === undefined ? undefined : { name: entry[0], args: entry[1].args ?? [] };
  }
  const [, quoted, plain, body = ''] =
    /^\s*credentials_helper\s+(?:"([^"]+)"|([\w-]+))\s*\{([^}]*)\}/m.exec(text) ?? [];
  const name = quoted ?? plain;
  if (name === undefined) return undefined;
  const list = /^\s*args\s*=\s*\[([^\]]*)\]/m.exec(body)?.[1] ?? '';
  const args = [...list.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, arg]) => String(JSON.parse(`"${arg}"`)));
  return { name, args };
}

/**
 * Returns the token that the helper has for a host; undefined where it has none.
 *
 * @param pluginFolders - where the program may lie, the first one wins
 * @throws BadInput where the program is not installed or fails
 * @see https://developer.hashicorp.com/terraform/internals/credentials-helpers
 */
export function tokenFromHelper(
  { name, args }: CredentialsHelper,
  host: string,
  pluginFolders: readonly string[],
): string | undefined {
  const program = helperProgram(name, pluginFolders);
  if (program === undefined)
    throw new BadInput(
      `credentials_helper ${JSON.stringify(name)}: terraform-credentials-${name} is not in ${pluginFolders.join(' or ')}; install it there, or remove the block`,
    );
  let output: string;
  try {
    output = execFileSync(program, [...args, 'get', host], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: TIMEOUT_MS,
    });
  } catch (cause) {
    const said =
      typeof cause === 'object' && cause !== null && 'stderr' in cause
        ? String(cause.stderr).trim().split('\n')[0]
        : '';
    // The cause holds what the program printed, which may be a token.
    throw new BadInput(
      `credentials_helper ${JSON.stringify(name)}: failed for ${host}${said ? `: ${said.slice(0, 200)}` : ''}; correct it, or set TF_TOKEN_…`,
    );
  }
  return tokenIn(output, name);
}

function tokenIn(output: string, name: string): string | undefined {
  try {
    return answer.parse(JSON.parse(output)).token;
  } catch {
    throw new BadInput(
      `credentials_helper ${JSON.stringify(name)}: got no JSON object from it; allowed {"token": "…"} or {}`,
    );
  }
}

/** A release may carry its version in its name, as providers do. */
function helperProgram(name: string, folders: readonly string[]): string | undefined {
  for (const folder of folders) {
    if (!existsSync(folder)) continue;
    const wanted = new RegExp(
      `^terraform-credentials-${name.replace(/[^\w-]/g, '\\$&')}(?:_v[\\w.+-]+)?(?:\\.exe)?$`,
    );
    const found = readdirSync(folder)
      .filter((file) => wanted.test(file))
      .sort()
      .at(-1);
    if (found !== undefined) return join(folder, found);
  }
  return undefined;
}
