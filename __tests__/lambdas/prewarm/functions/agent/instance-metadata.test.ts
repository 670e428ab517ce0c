import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  InstanceMetadata,
  metadataEndpoint,
} from '../../../../../lambdas/prewarm/functions/agent/instance-metadata';

describe('the metadata of an instance', () => {
  let server: Server;
  let endpoint: string;
  let interrupted = false;
  const seen: string[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      seen.push(`${request.method} ${request.url}`);
      if (request.method === 'PUT' && request.url === '/latest/api/token') return response.end('token-1');
      if (request.headers['x-aws-ec2-metadata-token'] !== 'token-1') return response.writeHead(401).end();
      if (request.url === '/latest/meta-data/instance-id') return response.end('i-1');
      if (request.url === '/latest/meta-data/spot/instance-action' && interrupted)
        return response.end('{"action":"terminate","time":"2026-01-01T00:00:00Z"}');
      return response.writeHead(404).end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());

  it('asks with a token, and asks for the token once', async () => {
    const metadata = new InstanceMetadata(endpoint, Date.now);
    expect(await metadata.instanceId()).toBe('i-1');
    expect(await metadata.isInterrupted()).toBe(false);
    interrupted = true;
    expect(await metadata.isInterrupted()).toBe(true);
    expect(seen.filter((call) => call.startsWith('PUT'))).toHaveLength(1);
  });

  it('is not there where the SDK is told so', () => {
    expect(metadataEndpoint({ AWS_EC2_METADATA_DISABLED: 'true' })).toBeUndefined();
    expect(metadataEndpoint({ AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:1/' })).toBe(
      'http://127.0.0.1:1',
    );
    expect(metadataEndpoint({})).toBe('http://169.254.169.254');
  });
});
