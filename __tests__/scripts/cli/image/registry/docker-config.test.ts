import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ClientConfiguration,
  temporaryConfiguration,
} from '../../../../../scripts/cli/image/registry/docker-config';

const ECR = '123456789012.dkr.ecr.eu-central-1.amazonaws.com';
const DUAL_STACK = '123456789012.dkr-ecr.eu-central-1.on.aws';
const USERS = {
  auths: { 'ghcr.io': { auth: 'dTpw' }, [ECR]: { auth: 'c3RhbGU6dG9rZW4=' } },
  credsStore: 'desktop',
  credHelpers: { 'own.example.com': 'own' },
  currentContext: 'colima',
};

/** ECR's interface, which has a token for whoever asks. */
async function startEcr(token: string) {
  const server = createServer((_, response) => {
    const authorizationToken = Buffer.from(`AWS:${token}`).toString('base64');
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    response.end(JSON.stringify({ authorizationData: [{ authorizationToken }] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => server.close(),
  };
}

describe('the client configuration of one command', () => {
  const home = mkdtempSync(join(tmpdir(), 'warmpath-home-'));
  let client: ClientConfiguration;
  let folder: string;

  beforeAll(() => {
    mkdirSync(join(home, 'cli-plugins'));
    writeFileSync(join(home, 'cli-plugins', 'docker-buildx'), 'a plugin');
    writeFileSync(join(home, 'config.json'), JSON.stringify(USERS));
    client = temporaryConfiguration({ ...process.env, DOCKER_CONFIG: home, PATH: '/usr/bin:/bin' });
    folder = client.env['DOCKER_CONFIG'] ?? '';
    client.logInTo([`${ECR}/app`, `${DUAL_STACK}/app:1`, 'ghcr.io/somebody/app', 'alpine']);
  });
  afterAll(() => {
    client.remove();
    rmSync(home, { recursive: true });
  });

  function written() {
    return JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
  }

  it('is what the user has, plugins included, with a helper for the registries of ECR alone', () => {
    const { credHelpers, ...others } = written();
    const { credHelpers: own, ...usersOthers } = USERS;
    expect(others).toEqual(usersOthers);
    expect(credHelpers).toEqual({ ...own, [ECR]: 'warmpath-ecr', [DUAL_STACK]: 'warmpath-ecr' });
    expect(readFileSync(join(folder, 'cli-plugins', 'docker-buildx'), 'utf8')).toBe('a plugin');
    expect(JSON.parse(readFileSync(join(home, 'config.json'), 'utf8'))).toEqual(USERS);
  });

  it('may be read by its user alone', () => {
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, 'config.json')).mode & 0o777).toBe(0o600);
  });

  it.each([ECR, DUAL_STACK])(
    'has a helper that fetches a token for %s when it is asked',
    async (registry) => {
      const ecr = await startEcr('fresh');
      const keys = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'key', AWS_ENDPOINT_URL_ECR: ecr.url };
      const told = await new Promise<string>((resolve, reject) => {
        const asked = execFile(
          'docker-credential-warmpath-ecr',
          ['get'],
          { env: { ...client.env, ...keys } },
          (error, stdout, stderr) => (error ? reject(error) : resolve(stdout + stderr)),
        );
        asked.stdin?.end(`${registry}\n`);
      });
      ecr.close();
      expect(JSON.parse(told)).toEqual({ ServerURL: registry, Username: 'AWS', Secret: 'fresh' });
      expect(JSON.stringify([written(), client.env])).not.toContain('fresh');
    },
  );

  it('is gone once it is removed, and the user’s own is left', () => {
    client.remove();
    expect(existsSync(folder)).toBe(false);
    expect(readdirSync(home).sort()).toEqual(['cli-plugins', 'config.json']);
    expect(readFileSync(join(home, 'cli-plugins', 'docker-buildx'), 'utf8')).toBe('a plugin');
  });
});
