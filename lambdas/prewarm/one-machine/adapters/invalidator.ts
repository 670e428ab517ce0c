import type { Invalidator } from '../../engine/ports/invalidator';

/** An invalidation is a call to an AWS account, which this machine does not have. */
export const noInvalidator: Invalidator = {
  invalidate: async () => ({
    kind: 'refused',
    message:
      'need_invalidate: got true; allowed here: false, since an invalidation needs an AWS account; ' +
      'invalidate by other means first, or send the request to the deployed stack',
  }),
};
