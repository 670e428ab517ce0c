/** Docker's credential helper protocol for ECR: `get` reads a registry from standard input and prints a token. */
const { ECRClient, GetAuthorizationTokenCommand } = require('@aws-sdk/client-ecr');

async function get(registry) {
  const region = /\.dkr\.ecr(?:-fips)?\.([a-z0-9-]+)\./.exec(registry)?.[1];
  if (region === undefined) throw new Error('credentials not found in native keychain');
  const { authorizationData } = await new ECRClient({ region }).send(new GetAuthorizationTokenCommand({}));
  const decoded = Buffer.from(authorizationData?.[0]?.authorizationToken ?? '', 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  return { ServerURL: registry, Username: decoded.slice(0, colon), Secret: decoded.slice(colon + 1) };
}

async function main() {
  if (process.argv[2] !== 'get') return;
  let registry = '';
  for await (const part of process.stdin) registry += part;
  process.stdout.write(JSON.stringify(await get(registry.trim())));
}

main().catch((error) => {
  process.stdout.write(`${error.name}: ${error.message}\n`);
  process.exitCode = 1;
});
