/**
 * A program of its own that `docker` starts: its credential helper protocol for ECR. `get` reads a registry from standard input
 * and prints a token.
 */
import { quietAwsSdk } from '../../quiet-aws-sdk';
import { ecrRegion, ecrToken } from './credentials';

async function get(registry: string): Promise<string> {
  const region = ecrRegion(registry);
  const token = region === undefined ? undefined : await ecrToken(region);
  // The words by which `docker` knows that it has to ask as nobody.
  if (token === undefined) throw new Error('credentials not found in native keychain');
  return JSON.stringify({ ServerURL: registry, Username: token.username, Secret: token.password });
}

async function main(): Promise<void> {
  if (process.argv[2] !== 'get') return;
  let registry = '';
  for await (const part of process.stdin) registry += String(part);
  process.stdout.write(await get(registry.trim()));
}

quietAwsSdk();
main().catch((error: unknown) => {
  process.stdout.write(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
