import { BlockList, isIP } from 'node:net';
import { BadInput } from '../bad-input';

const IS_LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

/** Whether the environment names a proxy at all. */
export function namesProxy(env: NodeJS.ProcessEnv = process.env): boolean {
  return variable(env, 'HTTPS_PROXY') !== undefined || variable(env, 'HTTP_PROXY') !== undefined;
}

/**
 * Returns the proxy for a URL by HTTPS_PROXY, HTTP_PROXY and NO_PROXY, read as Terraform, Docker and the AWS CLI's neighbours read
 * them: those of Go. Loopback is never asked through a proxy.
 *
 * @throws BadInput for a proxy that is no HTTP proxy
 * @see https://pkg.go.dev/golang.org/x/net/http/httpproxy#Config
 */
export function proxyFor(url: URL, env: NodeJS.ProcessEnv = process.env): URL | undefined {
  const name = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const value = variable(env, name);
  if (value === undefined || isDirect(url, variable(env, 'NO_PROXY') ?? '')) return undefined;
  const written = /^[a-z][a-z\d+.-]*:\/\//i.test(value) ? value : `http://${value}`;
  const proxy = URL.canParse(written) ? new URL(written) : undefined;
  if (proxy?.protocol === 'http:' || proxy?.protocol === 'https:') return proxy;
  // The value itself may hold a password.
  throw new BadInput(
    `${name}: got ${proxy === undefined ? 'what is no URL' : `a URL of ${proxy.protocol}//`}; allowed an HTTP proxy such as http://proxy.example.com:3128`,
  );
}

function variable(env: NodeJS.ProcessEnv, name: string): string | undefined {
  return env[name] || env[name.toLowerCase()] || undefined;
}

function isDirect(url: URL, noProxy: string): boolean {
  const host = url.hostname.toLowerCase().replace(/\.$/, '');
  if (IS_LOOPBACK.test(host)) return true;
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return noProxy
    .toLowerCase()
    .split(',')
    .map((entry) => entry.trim())
    .some((entry) => entry !== '' && covers(entry, host, port));
}

/** Whether an entry of NO_PROXY, which is `*`, a network, or a host with or without a port, covers a host. */
function covers(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  const address = host.replace(/^\[|\]$/g, '');
  const [network = '', bits] = entry.split('/');
  if (bits !== undefined) return isIP(address) !== 0 && isInside(address, network, Number(bits));
  if (isIP(entry) !== 0) return entry === address;
  const [, name = entry, ofPort = port] = /^(.*?):(\d+)$/.exec(entry) ?? [];
  if (ofPort !== port) return false;
  const bare = name.replace(/^\[|\]$/g, '');
  if (isIP(bare) !== 0) return bare === address;
  const suffix = name.replace(/^\*(?=\.)/, '');
  // A name covers what is below it as well; with a dot in front it covers only that.
  return suffix.startsWith('.') ? host.endsWith(suffix) : host === suffix || host.endsWith(`.${suffix}`);
}

function isInside(address: string, network: string, bits: number): boolean {
  const family = isIP(network) === 6 ? 'ipv6' : 'ipv4';
  const isNetwork =
    isIP(network) !== 0 && Number.isInteger(bits) && bits >= 0 && bits <= (family === 'ipv6' ? 128 : 32);
  if (!isNetwork) return false;
  const list = new BlockList();
  list.addSubnet(network, bits, family);
  return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}
