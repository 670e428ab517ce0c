import { lockChanges, readLock } from '../../../scripts/build/provider-lock';

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
