import { newListId } from '../../../../../lambdas/prewarm/api/uploaded-list';
import { createPopDirectory } from '../../../../../lambdas/prewarm/engine/pops/pop-directory';
import { StoreFailed } from '../../../../../lambdas/prewarm/one-machine/adapters/store';
import type { EmbeddedEngine } from '../../../../../lambdas/prewarm/one-machine/engine/engine-api';
import { embeddedApplication } from '../../../../../lambdas/prewarm/one-machine/service/embedded-application';
import { plainSpec } from '../../support/request-spec';
import { listed, quietLog } from '../engine/engine-fixture';

function fault(code: string): Error {
  return Object.assign(new Error(`${code}: write`), { code, syscall: 'write' });
}

function applicationOn(error: Error) {
  const refusing = { submit: () => Promise.reject(error), lists: { receive: () => Promise.reject(error) } };
  const resolver = { resolve: () => Promise.reject(new Error('nobody asks')) };
  return embeddedApplication(refusing as unknown as EmbeddedEngine, {
    context: { directory: createPopDirectory(), resolver, policy: 'public' },
    log: quietLog,
  });
}

describe('a disk that takes no more', () => {
  it.each([
    ['ENOSPC', fault('ENOSPC')],
    ['EDQUOT', fault('EDQUOT')],
    ['a store that failed', new StoreFailed(fault('EIO'))],
  ])('is a 503 that says so, for requests and for lists: %s', async (_, error) => {
    const application = applicationOn(error);
    const refused = { code: 'STORAGE_FULL', httpStatus: 503, message: expect.stringContaining('free space') };
    await expect(application.submit({ spec: plainSpec(), urls: listed([]) } as never)).rejects.toMatchObject(
      refused,
    );
    await expect(
      application.receiveList?.(newListId(), new Blob([]).stream() as never),
    ).rejects.toMatchObject(refused);
  });

  it('is not blamed for another error', async () => {
    const { receiveList } = applicationOn(new Error('the upload broke off'));
    await expect(receiveList?.(newListId(), new Blob([]).stream() as never)).rejects.toThrow('broke off');
  });
});
