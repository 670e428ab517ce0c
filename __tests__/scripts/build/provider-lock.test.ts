import { faultOf, lockChanges, readLock } from '../../../scripts/build/provider-lock';

function lockOf(version: string, ...hashes: readonly string[]): string {
  return `# comment

provider "registry.terraform.io/hashicorp/aws" {
  version     = "${version}"
  constraints = ">= 5.100.0, < 7.0.0"
  hashes = [
${hashes.map((hash) => `    "${hash}",`).join('\n')}
  ]
}
`;
}

describe('the provider lock', () => {
  it('is read as Terraform writes it', () => {
    expect(readLock(lockOf('5.100.0', 'h1:abc=', 'zh:0123'))).toEqual({
      version: '5.100.0',
      constraints: '>= 5.100.0, < 7.0.0',
      hashes: ['h1:abc=', 'zh:0123'],
    });
    expect(readLock('')).toBeUndefined();
  });

  it('tells a failure in one line, without the frame of the terminal', () => {
    const framed = `There are some problems with the CLI configuration:
╷
│ Warning: Unable to open CLI configuration file
╵

╷
│ Error: Could not retrieve providers for locking
│
│ Terraform failed to fetch the requested providers for linux_amd64 in order
│ to calculate their checksums: some providers could not be installed:
│ - registry.terraform.io/hashicorp/aws: no available releases match the
│ given constraints >= 5.100.0, 6.19.0, < 7.0.0.
╵
`;
    expect(faultOf(framed)).toBe(
      'registry.terraform.io/hashicorp/aws: no available releases match the given constraints >= 5.100.0, 6.19.0, < 7.0.0',
    );
    expect(faultOf('╷\n│ Error: Invalid flag\n│\n│ No such.\n╵\n')).toBe('Invalid flag No such');
  });

  it('tells what moves', () => {
    const before = readLock(lockOf('5.100.0', 'h1:a=', 'zh:b'))!;
    expect(lockChanges(before, before)).toEqual([]);
    expect(lockChanges(before, readLock(lockOf('5.101.0', 'h1:c=', 'zh:d', 'zh:e'))!)).toEqual([
      'version: 5.100.0 -> 5.101.0',
      '3 checksums are new',
      '2 checksums are gone',
    ]);
  });
});
