/** Every source in which AWS's tools look for credentials, each against a service that checks the signature by itself. */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { accessOf } from '../../../../../scripts/cli/prewarm/service/api-access';
import { ApiClient } from '../../../../../scripts/cli/prewarm/service/api-client';
import { isSignedBy } from './sigv4';

const before = { ...process.env };
const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const EXPIRES = '2126-01-01T00:00:00Z';

let folder: string;
let server: Server;
let origin: string;
/** Key ids whose signatures held, with the token that came along. */
let accepted: string[] = [];

function keys(id: string) {
  return { AccessKeyId: id, SecretAccessKey: SECRET, Token: `token-of-${id}`, Expiration: EXPIRES };
}

/** What the services that hand out credentials answer, by method and path. */
const ANSWERS: Readonly<Record<string, string>> = {
  'GET /container': JSON.stringify(keys('ASIACONTAINER')),
  'PUT /latest/api/token': 'imds',
  'GET /latest/meta-data/iam/security-credentials/': 'host-role',
  'GET /latest/meta-data/iam/security-credentials/host-role': JSON.stringify({
    Code: 'Success',
    ...keys('ASIAHOST'),
  }),
  'GET /federation/credentials': JSON.stringify({
    roleCredentials: {
      accessKeyId: 'ASIASSO',
      secretAccessKey: SECRET,
      sessionToken: 'token-of-ASIASSO',
      expiration: Date.parse(EXPIRES),
    },
  }),
  'POST /sts/': `<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>
    <AccessKeyId>ASIAWEB</AccessKeyId><SecretAccessKey>${SECRET}</SecretAccessKey><SessionToken>token-of-ASIAWEB</SessionToken>
    <Expiration>${EXPIRES}</Expiration></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`,
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'warmpath-credentials-test-'));
  server = createServer(async (request, response) => {
    const { method = '', url: target = '', headers } = request;
    const body = await text(request);
    const { pathname } = new URL(target, 'http://host');
    const answer = ANSWERS[`${method} ${pathname}`];
    if (answer !== undefined) return void response.end(answer);
    const [, id = ''] = /Credential=([^/]+)/.exec(headers.authorization ?? '') ?? [];
    const isRight = isSignedBy(SECRET, { method, target, headers, body });
    if (isRight) accepted.push(`${id} ${String(headers['x-amz-security-token'] ?? 'without a token')}`);
    response.statusCode = isRight ? 200 : 403;
    response.end(JSON.stringify(isRight ? { status: 'success' } : { message: 'SignatureDoesNotMatch' }));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true, force: true });
});

/** An environment with none of the machine's own credentials, and a home folder of its own. */
async function freshHome(name: string): Promise<string> {
  const home = join(folder, name);
  await mkdir(join(home, '.aws', 'sso', 'cache'), { recursive: true });
  for (const variable of Object.keys(process.env))
    if (variable.startsWith('AWS_')) delete process.env[variable];
  Object.assign(process.env, {
    HOME: home,
    AWS_CONFIG_FILE: join(home, '.aws', 'config'),
    AWS_SHARED_CREDENTIALS_FILE: join(home, '.aws', 'credentials'),
    AWS_EC2_METADATA_DISABLED: 'true',
  });
  return home;
}

afterEach(() => {
  process.env = { ...before };
  accepted = [];
});

interface Source {
  /** Key id and token that sign. */
  readonly signs: string;
  readonly profile?: string;
  readonly prepare: (home: string) => Promise<void>;
}

const SOURCES: Readonly<Record<string, Source>> = {
  'the environment': {
    signs: 'AKIAENVIRONMENT without a token',
    prepare: async () => {
      Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'AKIAENVIRONMENT', AWS_SECRET_ACCESS_KEY: SECRET });
    },
  },
  'a profile': {
    signs: 'AKIAPROFILE without a token',
    profile: 'deploy',
    prepare: (home) =>
      writeFile(
        join(home, '.aws', 'credentials'),
        `[deploy]\naws_access_key_id = AKIAPROFILE\naws_secret_access_key = ${SECRET}\n`,
      ),
  },
  'a process that a profile names': {
    signs: 'ASIAPROCESS token-of-ASIAPROCESS',
    profile: 'vault',
    prepare: async (home) => {
      const { Token: SessionToken, ...rest } = keys('ASIAPROCESS');
      await writeFile(join(home, 'keys.json'), JSON.stringify({ Version: 1, ...rest, SessionToken }));
      await writeFile(
        join(home, '.aws', 'config'),
        `[profile vault]\ncredential_process = cat ${join(home, 'keys.json')}\n`,
      );
    },
  },
  'IAM Identity Center': {
    signs: 'ASIASSO token-of-ASIASSO',
    profile: 'sso',
    prepare: async (home) => {
      process.env['AWS_ENDPOINT_URL_SSO'] = origin;
      await writeFile(
        join(home, '.aws', 'config'),
        `[profile sso]\nsso_session = corp\nsso_account_id = 111111111111\nsso_role_name = Deploy\nregion = eu-central-1\n
[sso-session corp]\nsso_region = eu-central-1\nsso_start_url = https://corp.awsapps.com/start\n`,
      );
      const cached = createHash('sha1').update('corp').digest('hex');
      await writeFile(
        join(home, '.aws', 'sso', 'cache', `${cached}.json`),
        JSON.stringify({ accessToken: 'signed-in', expiresAt: EXPIRES }),
      );
    },
  },
  'a web identity': {
    signs: 'ASIAWEB token-of-ASIAWEB',
    prepare: async (home) => {
      await writeFile(join(home, 'jwt'), 'e30.e30.x');
      Object.assign(process.env, {
        AWS_WEB_IDENTITY_TOKEN_FILE: join(home, 'jwt'),
        AWS_ROLE_ARN: 'arn:aws:iam::111111111111:role/deploy',
        AWS_ENDPOINT_URL_STS: `${origin}/sts`,
      });
    },
  },
  'a container': {
    signs: 'ASIACONTAINER token-of-ASIACONTAINER',
    prepare: async () => {
      process.env['AWS_CONTAINER_CREDENTIALS_FULL_URI'] = `${origin}/container`;
    },
  },
  'the instance': {
    signs: 'ASIAHOST token-of-ASIAHOST',
    prepare: async () => {
      delete process.env['AWS_EC2_METADATA_DISABLED'];
      process.env['AWS_EC2_METADATA_SERVICE_ENDPOINT'] = origin;
    },
  },
};

describe('a request with --iam', () => {
  it.each(Object.keys(SOURCES))('is signed with the credentials of %s', async (name) => {
    const { profile, prepare, signs } = SOURCES[name]!;
    await prepare(await freshHome(name.replaceAll(' ', '-')));
    const options = { endpoint: `${origin}/prod/`, iam: true, region: 'eu-central-1' };
    const client = new ApiClient(await accessOf({ ...options, ...(profile !== undefined && { profile }) }));
    expect(await client.call('POST', 'instances?a=1', { DesiredCapacity: 1 })).toMatchObject({ status: 200 });
    expect(accepted).toEqual([signs]);
  });

  it('says where credentials may come from where there are none', async () => {
    await freshHome('none');
    const options = { endpoint: `${origin}/prod/`, iam: true, region: 'eu-central-1' };
    await expect(accessOf(options)).rejects.toThrow(
      /AWS credentials: found none; set --profile, AWS_PROFILE/,
    );
  });
});
