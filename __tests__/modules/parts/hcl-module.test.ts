import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeModule } from '../../../modules/parts/hcl-module';
import { configurationOf } from '../../support/written-module';
import { sampleModule } from './sample-module';

describe('a construct written as a Terraform module', () => {
  const folder = mkdtempSync(join(tmpdir(), 'warmpath-modules-'));
  const target = writeModule(sampleModule, folder);
  const main = configurationOf(target);
  const text = JSON.stringify(main);
  const readme = readFileSync(join(target, 'README.md'), 'utf8');

  afterAll(() => rmSync(folder, { recursive: true }));

  test('leaves provider and state to its caller, and asks for the versions it is tested with', () => {
    expect(main).not.toHaveProperty('provider');
    expect(main['terraform']).toEqual({
      required_version: '>= 1.9.0',
      required_providers: { aws: { source: 'hashicorp/aws', version: '>= 5.100.0, < 7.0.0' } },
    });
  });

  test('keeps the names of variables and outputs, with type, description and validation', () => {
    expect(main['variable']!['cluster_name']).toEqual({
      description: 'Name of the cluster | unique per account',
      nullable: false,
      sensitive: false,
      type: 'string',
      validation: [
        {
          condition: `\${length(var.cluster_name) <= 20}`,
          error_message: expect.stringContaining('shorten it'),
        },
      ],
    });
    expect(main['variable']!['log_retention_days']).toMatchObject({ type: 'number', default: 30 });
    expect(Object.keys(main['output']!).sort()).toEqual(['function_arn', 'token']);
    expect(main['output']!['token']!['sensitive']).toBe(true);
  });

  test('finds its programs below its own folder, wherever it is called from', () => {
    const [fn] = Object.values(
      main['resource']!['aws_lambda_function'] as Record<string, { filename: string }>,
    );
    expect(fn?.filename).toMatch(/^\$\{path\.module\}\/assets\//);
    expect(existsSync(join(target, (fn?.filename ?? '').replace(/^.*?\}\//, '')))).toBe(true);
  });

  test('holds no trace of the machine or of the library', () => {
    expect(text).not.toContain('"//"');
    expect(text).not.toContain(process.cwd());
  });

  test('has a README with a row for every variable and output', () => {
    expect(readme).toContain(
      '| `cluster_name` | Name of the cluster \\| unique per account | `string` | required |',
    );
    expect(readme).toContain('| `log_retention_days` | Days that logs are kept | `number` | `30` |');
    expect(readme).toContain('| `token` | The token, as given | yes |');
    expect(readme).toContain(sampleModule.usage);
  });
});
