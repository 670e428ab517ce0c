/**
 * `npm run test:mutants [GROUP…]`: changes the rules in one place at a time and asks whether a test notices. Fails where a group
 * falls below its floor; writes every mutant to coverage/mutants.json.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MUTANT_GROUPS } from './groups';
import { type Judged, judgeGroup } from './judge-group';

const root = join(__dirname, '..', '..');

function told({ mutant: { file, line, original, replacement }, fate }: Judged): string {
  return `  ${fate}: ${file}:${line}  ${original.slice(0, 100)}  ->  ${replacement.slice(0, 100)}`;
}

async function main(names: readonly string[]): Promise<number> {
  const unknown = names.filter((name) => !MUTANT_GROUPS.some((group) => group.name === name));
  if (unknown.length > 0) {
    const allowed = MUTANT_GROUPS.map(({ name }) => name).join(', ');
    console.error(`group: got ${unknown.join(', ')}; allowed: ${allowed}`);
    return 2;
  }
  const all: Record<string, readonly Judged[]> = {};
  let isBelow = false;
  for (const group of MUTANT_GROUPS.filter(({ name }) => names.length === 0 || names.includes(name))) {
    const judged = await judgeGroup(root, group, (one) => {
      if (one.fate !== 'noticed') console.log(told(one));
    });
    const noticed = judged.filter(({ fate }) => fate === 'noticed').length;
    const score = (100 * noticed) / judged.length;
    console.log(
      `${group.name}: ${noticed} of ${judged.length} noticed, ${score.toFixed(1)} % (floor ${group.floor})`,
    );
    if (score < group.floor) isBelow = true;
    all[group.name] = judged;
  }
  mkdirSync(join(root, 'coverage'), { recursive: true });
  writeFileSync(join(root, 'coverage', 'mutants.json'), JSON.stringify(all, undefined, 1));
  return isBelow ? 1 : 0;
}

main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
