const TOKEN_SECONDS = 21_600;
const TIMEOUT_MS = 1_000;

/** Reads the metadata of the EC2 instance through IMDSv2. */
export class InstanceMetadata {
  private token: { readonly value: string; readonly until: number } | undefined;

  /** @param endpoint such as `http://169.254.169.254` */
  constructor(
    private readonly endpoint: string,
    private readonly now: () => number,
  ) {}

  instanceId(): Promise<string | undefined> {
    return this.read('instance-id');
  }

  /** Returns true from two minutes before EC2 interrupts a Spot instance. */
  async isInterrupted(): Promise<boolean> {
    return (await this.read('spot/instance-action')) !== undefined;
  }

  /** `undefined` where there is nothing under that name. Rejects where the service does not answer. */
  private async read(name: string): Promise<string | undefined> {
    const answer = await fetch(`${this.endpoint}/latest/meta-data/${name}`, {
      headers: { 'x-aws-ec2-metadata-token': await this.freshToken() },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await answer.text();
    if (answer.status === 200) return text;
    if (answer.status === 401) this.token = undefined;
    if (answer.status === 404) return undefined;
    throw new Error(`instance metadata answered ${answer.status} for ${name}`);
  }

  private async freshToken(): Promise<string> {
    if (this.token !== undefined && this.now() < this.token.until) return this.token.value;
    const answer = await fetch(`${this.endpoint}/latest/api/token`, {
      method: 'PUT',
      headers: { 'x-aws-ec2-metadata-token-ttl-seconds': String(TOKEN_SECONDS) },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const value = await answer.text();
    if (answer.status !== 200) throw new Error(`instance metadata answered ${answer.status} for a token`);
    this.token = { value, until: this.now() + (TOKEN_SECONDS / 2) * 1000 };
    return value;
  }
}

/** Returns the address of the metadata service, from the SDK's own variables; `undefined` off EC2. */
export function metadataEndpoint(
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  return environment['AWS_EC2_METADATA_DISABLED'] === 'true'
    ? undefined
    : (environment['AWS_EC2_METADATA_SERVICE_ENDPOINT'] ?? 'http://169.254.169.254').replace(/\/$/, '');
}
