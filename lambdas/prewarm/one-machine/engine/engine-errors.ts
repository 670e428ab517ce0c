import { WarmpathError } from '../../../errors/warmpath-error';
import type { RequestId } from '../../engine/model/ids';

/** The request is not in this data directory. */
export class UnknownRequest extends WarmpathError {
  override readonly name = 'UnknownRequest';
  constructor(id: RequestId) {
    super(
      'REQUEST_NOT_FOUND',
      `request: got ${id}, which is unknown here; list the requests to see their ids`,
    );
  }
}

/** The engine was closed while somebody waited; the request goes on when the data directory is opened again. */
export class EngineClosed extends WarmpathError {
  override readonly name = 'EngineClosed';
  constructor() {
    super(
      'ENGINE_CLOSED',
      'the engine was closed before the request ended; open the data directory again to go on',
    );
  }
}
