import { type Followed, followRequest, type RequestSource } from '../client/follower';
import { ApiError, findRequest, send } from './api';

async function* textsOf(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
}

function sourceOf(id: string): RequestSource {
  return {
    events: async (lastEventId, signal) => {
      const headers = {
        accept: 'text/event-stream',
        ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
      };
      const { body } = await send(`/prewarm/${encodeURIComponent(id)}/events`, { headers, signal });
      if (body === null) throw new ApiError('', 503);
      return textsOf(body);
    },
    request: (signal) => findRequest(id, signal),
    failures: async (signal) => {
      const path = `/report?req_id=${encodeURIComponent(id)}&format=json`;
      const answer = await send(path, { signal }).catch((error: unknown) => {
        if (error instanceof ApiError && error.status === 404) return undefined;
        throw error;
      });
      return answer === undefined ? undefined : (await answer.json()).failure_groups;
    },
    statusOf: (error) => (error instanceof ApiError ? error.status : 0),
  };
}

/** Follows a request until its end, and tells every change. Returns the function that leaves it. */
export function follow(id: string, tell: (followed: Followed) => void): () => void {
  const left = new AbortController();
  void followRequest(sourceOf(id), tell, left.signal);
  return () => left.abort();
}
