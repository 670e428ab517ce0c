import type { Encoding, SourceKind, VerifyMode } from '../model/request';
import type { HeaderInput } from './header';

/** Encodings that a request may ask for by name; `header` follows from an Accept-Encoding among its headers. */
export const REQUEST_ENCODINGS = ['browser', 'identity', 'gzip', 'br'] as const satisfies readonly Encoding[];
export const TARGET_TYPES = ['pop', 'region', 'country'] as const;
export type TargetType = (typeof TARGET_TYPES)[number];

/** The body of `POST /prewarm`: names of the compatible API, each value of its right type. */
export interface PrewarmBody extends Partial<Record<SourceKind, string | readonly string[] | undefined>> {
  readonly url_list?: readonly string[] | undefined;
  /** A list that was uploaded before, in place of `url_list`. */
  readonly list_id?: string | undefined;
  readonly cf_domain?: string | undefined;
  readonly aliases?: readonly string[] | undefined;
  readonly target_type?: string | undefined;
  readonly regions?: readonly string[] | undefined;
  readonly countries?: readonly string[] | undefined;
  readonly pops?: readonly string[] | undefined;
  readonly near?: string | undefined;
  readonly near_count?: number | undefined;
  readonly timeout?: number | undefined;
  readonly header?: HeaderInput | undefined;
  readonly instance_count?: number | undefined;
  readonly need_invalidate?: boolean | undefined;
  readonly idempotency_key?: string | undefined;
  readonly encodings?: readonly (typeof REQUEST_ENCODINGS)[number][] | undefined;
  readonly verify?: VerifyMode | undefined;
  readonly skip_warm?: boolean | undefined;
  readonly max_bandwidth_mbps?: number | undefined;
  readonly range?: number | string | undefined;
  readonly sitemap_media?: boolean | undefined;
  readonly include?: string | readonly string[] | undefined;
  readonly exclude?: string | readonly string[] | undefined;
  readonly limit?: number | undefined;
  readonly notify?: string | undefined;
}
