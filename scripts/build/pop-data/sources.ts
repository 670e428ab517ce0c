import * as z from 'zod';
import observed from './observed-codes.json';

/** A public list of PoP codes, at the commit that was read. */
export interface CodeSource {
  /** `owner/name` on GitHub, or what else the codes come from. */
  readonly name: string;
  readonly path?: string;
  readonly commit?: string;
  /** Day of the commit, or of the observation. */
  readonly asOf: string;
  readonly licence: string;
}

const NO_LICENCE = 'none found; only identifiers, which are facts, are taken';

/** The public lists, newest knowledge last. The order of the data file. */
export const LISTS: readonly (CodeSource & { readonly path: string; readonly commit: string })[] = [
  {
    name: 'nwcd-samples/cloudfront-prewarm',
    path: 'pops.csv',
    commit: 'eafb165078ec2287dc6e20408302fdb1212ae51e',
    asOf: '2020-07-20',
    licence: NO_LICENCE,
  },
  {
    name: 'xiangqua/cloudfront-lambda-prewarm',
    path: 'cloudfront_prewarm.py',
    commit: '87e8a6db72f5e09acb93cf5d4ec1148ec8864bf7',
    asOf: '2023-08-14',
    licence: NO_LICENCE,
  },
  {
    name: 'JaderDias/cloudfront-warmup',
    path: 'cloudfrontPops.go',
    commit: '2f29c07f7295f1df72e70589fd881c3a012217c0',
    asOf: '2022-10-16',
    licence: NO_LICENCE,
  },
  {
    name: 'kealiu/cloudfront-warmup',
    path: 'edges.global.json',
    commit: '5ae9b7b06f43b1ec36389872f68a18017c3e026d',
    asOf: '2023-11-21',
    licence: 'MIT, Copyright (c) 2021 kealiu',
  },
  {
    name: 'kealiu/cloudfront-warmup',
    path: 'edges.mainland.json',
    commit: '5ae9b7b06f43b1ec36389872f68a18017c3e026d',
    asOf: '2023-11-21',
    licence: 'MIT, Copyright (c) 2021 kealiu',
  },
  {
    name: 'HanqingAWS/cloudfront-prewarm',
    path: 'pop_ids.txt',
    commit: '4186b2eaff08ef6b294f38c8a8d618ccec0a6cbf',
    asOf: '2024-09-24',
    licence: NO_LICENCE,
  },
  {
    name: 'tansoft/aws-useful-code',
    path: 'cloudfront-prewarm/README.md',
    commit: '5d1a476d84398210664a55592f9d16df111835c5',
    asOf: '2026-04-23',
    licence: NO_LICENCE,
  },
];

/** Codes that edges named in `x-amz-cf-pop` of answers that are quoted in public files. */
export const OBSERVED: CodeSource & { readonly codes: readonly string[] } = {
  name: 'x-amz-cf-pop of answers quoted in public repositories',
  asOf: z.iso.date().parse(observed.asOf),
  licence: NO_LICENCE,
  codes: observed.codes,
};

/** A code with its suffix, or a short one without, in quotes, as in the older lists. */
const WRITTEN_CODE = /\b[A-Z]{3}\d{1,3}-[A-Z]\d{1,2}\b|(?<=["'])[A-Z]{3}\d{1,3}(?=["'])/g;

/** Returns the distinct codes in the text of a list of any format, sorted. */
export function codesIn(text: string): readonly string[] {
  return [...new Set(text.match(WRITTEN_CODE) ?? [])].sort();
}

/** Where GitHub serves a file of a repository as it was at a commit. */
export function rawUrl({ name, commit, path }: (typeof LISTS)[number]): string {
  return `https://raw.githubusercontent.com/${name}/${commit}/${path}`;
}
