import { sourceFields } from '../../../lambdas/prewarm/engine/model/request';
import type { PrewarmBody } from '../../../lambdas/prewarm/engine/request/request-body';
import type { Wording } from '../../../lambdas/prewarm/engine/request/wording';
import type { SettingNames } from '../../../lambdas/prewarm/one-machine/refused-setting';

/** Fields of the request body by the option of `warmpath prewarm run` that sets them. */
export const FIELD_OPTIONS: Readonly<Partial<Record<keyof PrewarmBody, string>>> = {
  cf_domain: '--cf-domain',
  aliases: '--alias',
  pops: '--pops',
  countries: '--countries',
  regions: '--regions',
  near: '--near',
  ...sourceFields((kind) => `--${kind}`),
  sitemap_media: '--sitemap-media',
  include: '--include',
  exclude: '--exclude',
  limit: '--limit',
  encodings: '--encodings',
  header: '--header',
  range: '--range',
  verify: '--verify',
  max_bandwidth_mbps: '--max-bandwidth',
  timeout: '--timeout',
  url_list: 'LIST',
};

/** Advice for users of the command line. */
export const OPTION_WORDING: Wording = {
  by: (field) => `with ${FIELD_OPTIONS[field] ?? field}`,
  popList: '`warmpath prewarm pops`',
};

/** The options that name a data directory, a key and an address to listen on. */
export const SETTING_OPTIONS: SettingNames = {
  dataDir: '--data-dir',
  apiKeyFile: '--api-key-file',
  webhookSecretFile: '--webhook-secret-file',
  host: '--host',
  port: '--port',
};

/** Returns the path of a field, such as `pops[2]`, with its first name as `names` has it. */
export function renamed(path: string, names: Readonly<Partial<Record<string, string>>>): string {
  const [name = path] = path.split('[', 1);
  return `${names[name] ?? name}${path.slice(name.length)}`;
}
