/** The boot program reads the login of a private registry out of a secret, whatever its letters. */
import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { prepullProgram } from '../../../../modules/ai-shell-ecs/boot/user-data';

const ARN = 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:registry-AbCdEf';
const functions = prepullProgram().replace(/\nmain "\$@"\n$/, '\n');

/** Runs the program's log-in with an answer of Secrets Manager, and returns Docker's configuration. */
function dockerConfig(registry: string, answer: string): unknown {
  const script = `${functions}
    aws_call() { REPLY=$SECRET STATUS=200; }
    REGISTRY_SECRETS=quay.io=${ARN},${registry}=${ARN}
    DOCKER_CONFIG=$(mktemp -d)
    trap 'rm -rf "$DOCKER_CONFIG"' EXIT
    login ${registry} || { printf '"%s"' "$REASON"; exit; }
    cat "$DOCKER_CONFIG/config.json"`;
  return JSON.parse(
    execFileSync('bash', ['-c', script], {
      env: { PATH: process.env['PATH'], SECRET: answer },
      stdio: ['ignore', 'pipe', 'ignore'],
    }).toString(),
  );
}

function basic(user: string, password: string): string {
  return Buffer.from(`${user}:${password}`).toString('base64');
}

it('takes any user and password, however the secret was written', () => {
  const text = fc
    .string({ unit: fc.constantFrom(...'aZ09 "\\/:{},%$`\'\t€ü'), minLength: 1, maxLength: 12 })
    .filter((value) => value.trim() === value && value !== '');
  fc.assert(
    fc.property(text, text, fc.boolean(), fc.constantFrom(0, 2), (username, password, escapes, indent) => {
      const secret = JSON.stringify({ password, note: 'username', username }, undefined, indent);
      const written = escapes ? secret.replaceAll('/', '\\/') : secret;
      const answer = JSON.stringify({ ARN, Name: 'registry', SecretString: written, VersionStages: ['x'] });
      expect(dockerConfig('ghcr.io', answer)).toEqual({
        auths: { 'ghcr.io': { auth: basic(username, password) } },
      });
    }),
    { numRuns: 40 },
  );
});

it("writes the login of Docker's hub under the name by which Docker looks for it", () => {
  const answer = JSON.stringify({ SecretString: JSON.stringify({ username: 'u', password: 'p' }) });
  expect(dockerConfig('docker.io', answer)).toEqual({
    auths: { 'https://index.docker.io/v1/': { auth: basic('u', 'p') } },
  });
});

it.each([['{}'], ['{"SecretString":"p"}'], ['{"SecretString":"{\\"username\\":\\"u\\"}"}']])(
  'is denied by a secret without username and password: %s',
  (answer) => expect(dockerConfig('ghcr.io', answer)).toBe('denied'),
);
