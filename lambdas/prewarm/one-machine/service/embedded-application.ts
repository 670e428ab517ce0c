import type { PrewarmApplication } from '../../api/application';
import { checkPrewarmBody } from '../../api/check-prewarm-body';
import { ApiFailure } from '../../api/failure';
import type { RequestEvents } from '../../api/request-events';
import { newListId, UPLOAD_SECONDS, uploadedList } from '../../api/uploaded-list';
import { originalUrlsKey } from '../../engine/flow/blob-names';
import type { Log } from '../../engine/ports/log';
import type { RequestContext } from '../../engine/request/normalise-request';
import { isDiskFault } from '../adapters/error-code';
import { StoreFailed } from '../adapters/store';
import type { EmbeddedEngine } from '../engine/engine-api';

/** Stands where the name of the Auto Scaling group does in messages. */
const FLEET_NAME = 'prewarm_asg_local';

/** @throws ApiFailure 503 in place of an error of a disk that takes nothing more */
function refuseWithoutSpace(error: unknown): never {
  const fault = error instanceof StoreFailed ? error.cause : error;
  if (!isDiskFault(fault) && !(error instanceof StoreFailed)) throw error;
  throw new ApiFailure(
    'STORAGE_FULL',
    'The service cannot store anything: its disk is full or takes no more writes. Nothing was started; free space (and start it again where it has ended), then send this again.',
    { cause: error },
  );
}

export interface EmbeddedApplicationOptions {
  readonly context: RequestContext;
  readonly log: Log;
  /** @default - clients poll */
  readonly events?: RequestEvents;
  /**
   * Where clients reach the service, without a slash at its end.
   * @default - the host that each caller named
   */
  readonly publicUrl?: string | undefined;
}

/** Returns the application behind the API on a single machine. */
export function embeddedApplication(
  engine: EmbeddedEngine,
  { context, log, events, publicUrl }: EmbeddedApplicationOptions,
): PrewarmApplication {
  return {
    parse: (body) =>
      checkPrewarmBody(body, {
        ...context,
        unknownFields: 'ignore',
        openList: (listId) => uploadedList(engine.blobs, listId),
      }),
    createList: async (origin) => {
      const listId = newListId();
      return {
        listId,
        url: `${publicUrl ?? origin}/lists/${listId}`,
        expiresAt: Date.now() + UPLOAD_SECONDS * 1_000,
      };
    },
    receiveList: async (listId, body) => {
      await engine.lists.receive(listId, body).catch(refuseWithoutSpace);
    },
    submit: async ({ spec, urls }) => ({
      record: await engine.submit(spec, urls).catch(refuseWithoutSpace),
    }),
    find: (id) => engine.get(id),
    pops: (id) => engine.pops(id),
    list: (page) => engine.list(page),
    stop: (id) => engine.stop(id, 'asked'),
    readAccepted: (id) => engine.blobs.read(originalUrlsKey(id)),
    ...(events !== undefined && { events }),
    queueDepth: () => engine.queueDepth(),
    fleet: {
      name: FLEET_NAME,
      capacity: () => engine.capacity(),
      setCapacity: (instances) => engine.setCapacity(instances),
    },
    waitsForCapacity: async () => engine.isPaused(),
    blobs: engine.blobs,
    reportDelivery: 'stream',
    directory: context.directory,
    log,
    now: Date.now,
  };
}
