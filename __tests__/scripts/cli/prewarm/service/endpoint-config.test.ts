import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { namedEndpoint } from '../../../../../scripts/cli/prewarm/service/endpoint-config';

describe('warmpath.config.json', () => {
  const folder = mkdtempSync(join(tmpdir(), 'warmpath-config-'));
  const repository = join(folder, 'repository');
  const below = join(repository, 'a', 'b');

  beforeAll(() => {
    mkdirSync(below, { recursive: true });
    mkdirSync(join(repository, '.git'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function write(at: string, content: unknown): void {
    writeFileSync(
      join(at, 'warmpath.config.json'),
      typeof content === 'string' ? content : JSON.stringify(content),
    );
  }
  function find(name: string, env: NodeJS.ProcessEnv = {}, at = below) {
    return namedEndpoint(name, '--endpoint', env, at);
  }

  it('is found from any folder of the repository, and its key file is relative to it', () => {
    write(repository, {
      $schema: 'docs/schemas/warmpath.config.schema.json',
      endpoints: { staging: { url: 'https://a.example/prod/', apiKeyFile: 'keys/staging', iam: true } },
    });
    expect(find('staging')).toEqual({
      url: 'https://a.example/prod/',
      apiKeyFile: join(repository, 'keys/staging'),
      iam: true,
    });
  });

  it('is not looked for above the repository, nor above the current folder where there is none', () => {
    write(folder, { endpoints: { planted: { url: 'https://evil.example/' } } });
    expect(() => find('planted')).toThrow('--endpoint: got planted; allowed: ');
    const outside = join(folder, 'outside');
    mkdirSync(outside);
    expect(() => find('planted', {}, outside)).toThrow('a name of warmpath.config.json');
    expect(find('planted', {}, folder)).toMatchObject({ url: 'https://evil.example/' });
  });

  it('gives way to the environment, which names endpoints too', () => {
    expect(find('staging', { WARMPATH_ENDPOINT_STAGING: 'https://b.example/' })).toEqual({
      url: 'https://b.example/',
    });
    expect(find('eu-1', { WARMPATH_ENDPOINT_EU_1: 'https://c.example/' })).toEqual({
      url: 'https://c.example/',
    });
    expect(() => find('stagin', { WARMPATH_ENDPOINT_EU_1: 'https://c.example/' })).toThrow(
      'a name: staging, eu-1; did you mean "staging"?',
    );
  });

  it.each([
    [{ endpoints: { a: { ulr: 'https://a.example/' } } }, 'endpoints.a.ulr: not known; did you mean "url"?'],
    [{ endpoints: {}, endponts: {} }, 'endponts: not known; did you mean "endpoints"?'],
    [{ endpoints: { a: { url: 'ftp://a.example/' } } }, 'endpoints.a.url: allowed: an http or https URL'],
    [{ endpoints: { 'a b': { url: 'https://a.example/' } } }, 'endpoints.a b: allowed: letters'],
    [
      { endpoints: { a: { url: 'https://a.example/', apiKey: 'x' } } },
      'apiKey: not known; did you mean "apiKeyFile"?',
    ],
    [[], 'the file: '],
    ['{ "endpoints": { "a": secret', 'no JSON from line 1, column 23 on'],
  ])('is refused whole where something in it is wrong: %j', (content, message) => {
    write(repository, content);
    expect(() => find('a')).toThrow(message);
    expect(() => find('a')).not.toThrow('secret');
  });

  it('is the file that WARMPATH_CONFIG names, which has to be there', () => {
    const other = join(folder, 'other.json');
    writeFileSync(other, '\uFEFF{"endpoints":{"x":{"url":"http://127.0.0.1:8080"}}}');
    expect(find('x', { WARMPATH_CONFIG: other })).toMatchObject({ url: 'http://127.0.0.1:8080' });
    expect(() => find('x', { WARMPATH_CONFIG: join(folder, 'none.json') })).toThrow('there is no such file');
  });
});
