import { SOURCE_KINDS, type UrlSource } from '../model/request';
import type { HostRule } from './host-rule';
import { type FieldIssue, shown } from './invalid-request';
import { MAX_SOURCES } from './limits';
import type { PrewarmBody } from './request-body';
import { parseUrl } from './url';

/** A sitemap or playlist that a body names. */
export interface WrittenSource {
  /** Where it stands in the body, such as `hls[0]`. */
  readonly field: string;
  readonly source: UrlSource;
  readonly host: string;
}

/** Returns the sources that a body names, with their URLs normalised; what is wrong goes to `issues`. */
export function normaliseSources(body: PrewarmBody, issues: FieldIssue[]): readonly WrittenSource[] {
  const sources = SOURCE_KINDS.flatMap((kind) => {
    const written = body[kind] ?? [];
    const urls = typeof written === 'string' ? [written] : written;
    return urls.flatMap((url, index) => {
      const field = typeof written === 'string' ? kind : `${kind}[${index}]`;
      const parsed = parseUrl(url);
      if (parsed.kind === 'url') return [{ field, source: { kind, url: parsed.url }, host: parsed.host }];
      issues.push({
        field,
        got: shown(parsed.url),
        allowed: 'an http or https URL of the distribution',
        hint: parsed.reason,
      });
      return [];
    });
  });
  if (sources.length > MAX_SOURCES) {
    issues.push({ field: 'sitemap', got: `${sources.length} documents`, allowed: `at most ${MAX_SOURCES}` });
  }
  return sources.slice(0, MAX_SOURCES);
}

/** Adds an issue for each source whose host is none of the distribution's. */
export async function checkSourceHosts(
  sources: readonly WrittenSource[],
  hosts: HostRule,
  issues: FieldIssue[],
): Promise<void> {
  const verdicts = await Promise.all(sources.map(({ host }) => hosts.judge(host)));
  sources.forEach(({ field, source }, index) => {
    const verdict = verdicts[index];
    if (verdict?.kind !== 'refused') return;
    issues.push({
      field,
      got: shown(source.url),
      allowed: 'a URL of the distribution',
      hint: verdict.reason,
    });
  });
}
