import { sourceFields } from '../../../lambdas/prewarm/engine/model/request';
import { BadInput } from '../bad-input';
import type { RunOptions } from './run-options';

const TARGETS = [
  ['pops', 'pop'],
  ['countries', 'country'],
  ['regions', 'region'],
  ['near', 'pop'],
] as const;

type TargetOption = (typeof TARGETS)[number];

function givenTargets(options: RunOptions): readonly TargetOption[] {
  return TARGETS.filter(([field]) => options[field] !== undefined);
}

/** @throws BadInput where the options name their targets in more than one way */
export function refuseSeveralTargets(options: RunOptions): void {
  const names = givenTargets(options).map(([field]) => `--${field}`);
  if (names.length < 2) return;
  throw new BadInput(
    `${names.join(' and ')}: got ${names.length === 2 ? 'both' : `all ${names.length}`}; allowed: one of --pops, --countries, --regions and --near`,
  );
}

/**
 * Returns the target fields that the options set; given at all, they take the place of those of the list. Where several are
 * given, which is refused, the first, so that the other fields are checked all the same.
 */
function targetFields(options: RunOptions): Readonly<Record<string, unknown>> {
  const [first] = givenTargets(options);
  if (first === undefined) return {};
  const [field, type] = first;
  const none = Object.fromEntries(TARGETS.map(([name]) => [name, null]));
  return { ...none, near_count: null, target_type: type, [field]: options[field] };
}

/** Returns the fields of the request body that the options set. */
export function optionFields(options: RunOptions): Readonly<Record<string, unknown>> {
  const fields = {
    cf_domain: options.cfDomain,
    aliases: options.alias,
    ...targetFields(options),
    ...sourceFields((kind) => options[kind]),
    sitemap_media: options.sitemapMedia,
    include: options.include,
    exclude: options.exclude,
    limit: options.limit,
    encodings: options.encodings,
    header: options.header,
    range: options.range,
    skip_warm: options.skipWarm,
    verify: options.verify,
    need_invalidate: options.invalidate,
    max_bandwidth_mbps: options.maxBandwidth,
    timeout: options.timeout,
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
