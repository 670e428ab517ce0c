import { readFileSync } from 'node:fs';

/** What this program opens besides connections: modules, the database, blobs, threads, name servers. */
const RESERVED = 128;
/** Connections of clients at a time; beyond it the idle ones are closed to make room. */
const MAX_CLIENTS = 512;

/** How many connections may be open at a time, so that a file can be opened beside them. */
export interface ConnectionBudget {
  /** Of clients of the service. */
  readonly clients: number;
  /** To edges. */
  readonly edges: number;
  /** To edges, those included that are kept unused: it costs handshakes to keep few, so they are bounded under a low limit alone. */
  readonly keptOpen: number;
}

/** Under a lower limit unused connections are closed as soon as others need their place. */
const LOW_LIMIT = 1_024;

/** Returns the limit of open files of this process; nothing where there is none, or the system has no file that says so. */
export function openFileLimit(file = '/proc/self/limits'): number | undefined {
  try {
    const limit = /^Max open files +(\d+)/m.exec(readFileSync(file, 'latin1'))?.[1];
    return limit === undefined ? undefined : Number(limit);
  } catch {
    return undefined;
  }
}

/**
 * Returns how clients and edges share what a limit of open files leaves; all that is wanted where it leaves enough.
 * @param edges connections to edges that are wanted
 */
export function connectionBudget(
  edges: number,
  limit: number | undefined = openFileLimit(),
): ConnectionBudget {
  const wanted = MAX_CLIENTS + edges;
  const left = limit === undefined ? wanted : limit - RESERVED;
  const share = Math.min(1, left / wanted);
  const toEdges = Math.max(1, Math.floor(edges * share));
  return {
    clients: Math.max(1, Math.floor(MAX_CLIENTS * share)),
    edges: toEdges,
    keptOpen: limit !== undefined && limit < LOW_LIMIT ? toEdges : Number.POSITIVE_INFINITY,
  };
}
