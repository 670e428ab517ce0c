import fc from 'fast-check';
import { BadInput } from '../../../../scripts/cli/bad-input';
import { namesProxy, proxyFor } from '../../../../scripts/cli/proxy/environment-proxy';

const HTTPS_PROXY = 'http://proxy.example.com:3128';

function isProxied(url: string, noProxy: string): boolean {
  return proxyFor(new URL(url), { HTTPS_PROXY, NO_PROXY: noProxy }) !== undefined;
}

it.each([
  [{}, false],
  [{ HTTPS_PROXY: '' }, false],
  [{ NO_PROXY: '*' }, false],
  [{ HTTPS_PROXY }, true],
  [{ http_proxy: HTTPS_PROXY }, true],
])('%j names a proxy: %s', (env, names) => {
  expect(namesProxy(env)).toBe(names);
});

it('takes each scheme by its own variable, upper case first, and a host without a scheme as one of HTTP', () => {
  const env = { HTTPS_PROXY, https_proxy: 'http://other:1', http_proxy: 'plain.example.com:8080' };
  expect(proxyFor(new URL('https://app.terraform.io'), env)?.href).toBe(`${HTTPS_PROXY}/`);
  expect(proxyFor(new URL('http://registry.example.com'), env)?.href).toBe('http://plain.example.com:8080/');
  expect(proxyFor(new URL('http://registry.example.com'), { HTTPS_PROXY })).toBeUndefined();
});

// The rules of Go, which Terraform and Docker follow.
it.each([
  ['https://foo.com', '*', false],
  ['https://foo.com', 'foo.com', false],
  ['https://a.foo.com', 'foo.com', false],
  ['https://afoo.com', 'foo.com', true],
  ['https://foo.com', '.foo.com', true],
  ['https://a.foo.com', '.foo.com', false],
  ['https://a.foo.com', '*.foo.com', false],
  ['https://foo.com', '*.foo.com', true],
  ['https://FOO.com', 'bar.com, Foo.COM ', false],
  ['https://foo.com.', 'foo.com', false],
  ['https://foo.com:8443', 'foo.com:443', true],
  ['https://foo.com', 'foo.com:443', false],
  ['https://10.1.2.3', '10.0.0.0/8', false],
  ['https://11.1.2.3', '10.0.0.0/8', true],
  ['https://foo.com', '10.0.0.0/8', true],
  ['https://10.1.2.3:8443', '10.1.2.3:8443', false],
  ['https://10.1.2.3:8443', '10.1.2.3', false],
  ['https://[2001:db8::1]', '2001:db8::/32', false],
  ['https://[2001:db8::1]', '2001:db8::1', false],
  ['https://[2001:db8::1]:8443', '[2001:db8::1]:8443', false],
  ['https://10.1.2.3', '10.0.0.0/99,x/8,/,:', true],
  ['https://localhost:8443', '', false],
  ['https://127.0.0.1', '', false],
  ['https://[::1]', '', false],
  ['https://localhost.example.com', '', true],
])('%s with NO_PROXY=%s goes through the proxy: %s', (url, noProxy, expected) => {
  expect(isProxied(url, noProxy)).toBe(expected);
});

it('reads any NO_PROXY without an error', () => {
  fc.assert(
    fc.property(fc.string(), fc.constantFrom('foo.com', '10.1.2.3', '[2001:db8::1]'), (noProxy, host) => {
      isProxied(`https://${host}`, noProxy);
    }),
  );
});

it.each(['socks5://user:canary-password@proxy:1080', 'http://[canary-password'])(
  'refuses what is no HTTP proxy without a word of its value: %s',
  (value) => {
    function ask() {
      return proxyFor(new URL('https://foo.com'), { HTTPS_PROXY: value });
    }
    expect(ask).toThrow(BadInput);
    expect(ask).toThrow(/^HTTPS_PROXY: got .*allowed an HTTP proxy such as/);
    expect(ask).not.toThrow(/canary/);
  },
);
