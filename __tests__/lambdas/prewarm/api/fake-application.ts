import type { PrewarmApplication } from '../../../../lambdas/prewarm/api/application';
import { checkPrewarmBody } from '../../../../lambdas/prewarm/api/check-prewarm-body';
import { createRouter, type RouterOptions } from '../../../../lambdas/prewarm/api/router';
import { listKey, uploadedList } from '../../../../lambdas/prewarm/api/uploaded-list';
import { originalUrlsKey } from '../../../../lambdas/prewarm/engine/flow/blob-names';
import type { PopRecord, RequestRecord } from '../../../../lambdas/prewarm/engine/model/request';
import { isFinal } from '../../../../lambdas/prewarm/engine/model/request-status';
import { createPopDirectory } from '../../../../lambdas/prewarm/engine/pops/pop-directory';
import { BlobNotFound } from '../../../../lambdas/prewarm/engine/ports/blob-store';
import { CREATED_AT, record } from '../engine/report/report-fixture';

const directory = createPopDirectory();

export const NOW = CREATED_AT + 60_000;
export const REQUEST_ID = '5f0c4a0e-3a55-4c5e-9a5e-0b2f6f0f1a11';

export interface LoggedLine {
  readonly level: string;
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The router over an application that keeps its requests in a map. */
export function fakeService(options: RouterOptions = {}) {
  const requests = new Map<string, RequestRecord>();
  const pops = new Map<string, readonly PopRecord[]>();
  const blobs = new Map<string, string>();
  const log: LoggedLine[] = [];
  function write(level: string) {
    return (event: string, fields: Readonly<Record<string, unknown>> = {}): void => {
      log.push({ level, event, fields });
    };
  }
  let capacity = 0;
  const application: PrewarmApplication = {
    parse: (body) =>
      checkPrewarmBody(body, {
        directory,
        resolver: { resolve: async () => ({ kind: 'unknown-name' }) },
        policy: 'public',
        openList: (listId) => uploadedList(application.blobs, listId),
      }),
    createList: async (origin) => ({
      listId: REQUEST_ID,
      url: `${origin}/lists/${REQUEST_ID}`,
      expiresAt: NOW + 1_000,
    }),
    receiveList: async (listId, body) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of body) chunks.push(chunk);
      blobs.set(listKey(listId), Buffer.concat(chunks).toString());
    },
    readAccepted: (id) => application.blobs.read(originalUrlsKey(id)),
    events: {
      hasRoom: () => true,
      async *follow() {
        yield { kind: 'end' };
      },
    },
    submit: async ({ spec, urls }) => {
      let acceptedUrlCount = 0;
      for await (const _ of urls) acceptedUrlCount += 1;
      const created = record({ spec, acceptedUrlCount });
      requests.set(created.id, created);
      capacity += spec.instanceCount;
      return { record: created };
    },
    find: async (id) => requests.get(id),
    pops: async (id) => pops.get(id) ?? [],
    list: async ({ limit, after }) => {
      const all = [...requests.values()];
      const start = after === undefined ? 0 : Number(after);
      const items = all.slice(start, start + limit);
      return start + limit < all.length ? { items, next: String(start + limit) } : { items };
    },
    stop: async (id) => {
      const current = requests.get(id);
      if (current === undefined || isFinal(current.status)) return false;
      requests.set(id, { ...current, status: 'STOPPED', stopReason: 'asked' });
      capacity -= current.spec.instanceCount;
      return true;
    },
    queueDepth: async () => ({ available: 7, inFlight: 3, dead: 0 }),
    fleet: {
      name: 'prewarm_asg_prod',
      capacity: async () => capacity,
      setCapacity: async (instances) => {
        capacity = instances;
      },
    },
    waitsForCapacity: async () => capacity === 0,
    blobs: {
      exists: async (key) => blobs.has(key),
      async *read(key) {
        const blob = blobs.get(key);
        if (blob === undefined) throw new BlobNotFound(key);
        yield Buffer.from(blob);
      },
      link: async (key, seconds) => `https://bucket.example/${key}?seconds=${seconds}`,
    },
    reportDelivery: 'stream',
    directory,
    log: { info: write('info'), warn: write('warn'), error: write('error') },
    now: () => NOW,
  };
  const router = createRouter(application, options);
  async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    const response = await router.request(path, {
      method,
      headers,
      ...(body !== undefined && {
        body:
          typeof body === 'string' || body instanceof Uint8Array ? (body as string) : JSON.stringify(body),
      }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: isJson ? JSON.parse(text) : undefined,
    };
  }
  function add(changes: Partial<RequestRecord>, itsPops: readonly PopRecord[] = []): RequestRecord {
    const added = record(changes);
    requests.set(added.id, added);
    pops.set(added.id, itsPops);
    return added;
  }
  return { application, router, call, add, requests, blobs, log };
}

export const BODY = {
  url_list: ['https://d111111abcdef8.cloudfront.net/a', 'https://d111111abcdef8.cloudfront.net/b'],
  cf_domain: 'd111111abcdef8.cloudfront.net',
  target_type: 'pop',
  pops: ['FRA56-P4'],
  timeout: 30,
  header: ['Authorization: Bearer very-secret'],
  instance_count: 2,
};
