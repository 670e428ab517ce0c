import type { AddressPolicy } from '../engine/addresses/address-guard';
import { EXPANSION_LIMITS } from '../engine/inputs/expansion';
import { playlistInput } from '../engine/inputs/playlist';
import { sitemapInput } from '../engine/inputs/sitemap';
import { UnreadableDocument } from '../engine/inputs/unreadable-document';
import type { RequestSpec, UrlSource } from '../engine/model/request';
import type { Resolver } from '../engine/ports/resolver';
import type { ExpansionLimits, UrlInput } from '../engine/ports/url-input';
import { hostRule } from '../engine/request/host-rule';
import { normaliseUrls } from '../engine/request/normalise-urls';
import type { Wording } from '../engine/request/wording';
import { createDocumentReader } from './document-reader';

const INPUTS: Readonly<Record<UrlSource['kind'], UrlInput>> = {
  sitemap: sitemapInput,
  playlist: playlistInput,
};

export interface SourceExpanderOptions {
  readonly resolver: Resolver;
  readonly policy: AddressPolicy;
  /** Port of the edges for https and http alike. @default - 443 for https, 80 for http */
  readonly edgePort?: number | undefined;
  /** Certificates (PEM) to trust besides the usual ones. @default none */
  readonly ca?: string | undefined;
  /** @default EXPANSION_LIMITS */
  readonly limits?: Partial<ExpansionLimits>;
  /** @default - that of the HTTP API */
  readonly wording?: Wording | undefined;
}

/** Reads on to the end of what an input has, and keeps what it threw for afterwards. */
async function* untilError(
  urls: AsyncIterable<string>,
  failed: (error: unknown) => void,
): AsyncIterable<string> {
  try {
    yield* urls;
  } catch (error) {
    failed(error);
  }
}

/**
 * Turns a source of a request into checked, normalised URLs. URLs of other hosts are left out.
 * The answered function throws one sentence at the end when documents could not be read or URLs were left out;
 * everything else has been passed on by then. When the signal aborts it throws its reason at once.
 */
export function createSourceExpander({
  resolver,
  policy,
  edgePort,
  ca,
  limits,
  wording,
}: SourceExpanderOptions) {
  return async function* (source: UrlSource, spec: RequestSpec, signal?: AbortSignal): AsyncIterable<string> {
    const hosts = hostRule(spec, { resolve: (name) => resolver.resolve(name, signal) }, wording);
    const { distributionDomain, headers } = spec;
    const reader = createDocumentReader({
      distributionDomain,
      hosts,
      resolver,
      policy,
      headers,
      edgePort,
      ca,
      signal,
    });
    const bounds = { ...EXPANSION_LIMITS, ...limits };
    const problems: string[] = [];
    const found = untilError(INPUTS[source.kind].expand(source, reader, bounds), (error) =>
      problems.push(error instanceof Error ? error.message : String(error)),
    );
    let leftOut = 0;
    let example = '';
    for await (const { urls, invalid } of normaliseUrls(found, { hosts, maxUrls: bounds.maxUrls })) {
      signal?.throwIfAborted();
      yield* urls;
      const [first] = invalid;
      if (leftOut === 0 && first) example = `${first.url}: ${first.reason}`;
      leftOut += invalid.length;
    }
    signal?.throwIfAborted();
    if (leftOut > 0) problems.push(`${leftOut} of its URLs left out, the first is ${example}`);
    // Whoever asked for this source names it before the sentence.
    if (problems.length > 0)
      throw new UnreadableDocument(problems.join('; ').replaceAll(`${source.url} `, 'it '));
  };
}
