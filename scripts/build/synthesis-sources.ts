/** What a copy of the checkout needs for synthesis, besides `node_modules`. */
export const synthesisSources = [
  'main.ts',
  'environments.ts',
  'modules',
  'lambdas',
  'scripts',
  'cdktf.json',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  '.terraform.lock.hcl',
] as const;
