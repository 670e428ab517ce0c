import { ApiFailure } from './failure';

/**
 * The body of a request, piece by piece.
 * @throws ApiFailure 400 where the client ends the connection before it has sent all: no fault of ours
 */
export async function* bodyChunks(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of body) yield chunk;
  } catch (error) {
    throw new ApiFailure('BAD_INPUT', 'The connection ended before the whole body had come.', {
      cause: error,
    });
  }
}
