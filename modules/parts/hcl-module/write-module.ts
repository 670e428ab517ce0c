import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'cdktf';
import { moduleFiles } from './module-files';
import { type ModuleConfiguration, moduleReadme } from './readme';
import { type HclModule, HclModuleStack } from './stack';

/** Writes `<folder>/<name>/{main,variables,outputs,versions,…}.tf.json`, `assets/` and `README.md` anew and returns that folder. */
export function writeModule(module: HclModule, folder: string): string {
  const outdir = mkdtempSync(join(tmpdir(), 'warmpath-module-'));
  try {
    const app = new App({ outdir, stackTraces: false });
    module.build(new HclModuleStack(app, module.name));
    app.synth();

    const synthesized = join(outdir, 'stacks', module.name);
    const target = join(folder, module.name);
    rmSync(target, { recursive: true, force: true });
    mkdirSync(target, { recursive: true });
    const configuration: ModuleConfiguration = JSON.parse(
      readFileSync(join(synthesized, 'cdk.tf.json'), 'utf8'),
    );
    for (const [name, part] of Object.entries(moduleFiles(configuration)))
      writeFileSync(join(target, `${name}.tf.json`), `${JSON.stringify(part, null, 2)}\n`);
    writeFileSync(join(target, 'README.md'), moduleReadme(module, configuration));
    const assets = join(synthesized, 'assets');
    if (existsSync(assets)) cpSync(assets, join(target, 'assets'), { recursive: true });
    return target;
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}
