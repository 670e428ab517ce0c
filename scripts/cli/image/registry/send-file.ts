import { createReadStream } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { pipeline } from 'node:stream/promises';

/** An upload of which nothing moves for so long has broken off. */
const IDLE_MS = 60_000;

/** Sends a file as the body of a PATCH, as it is read from the disk. */
export function sendFile(
  url: URL,
  file: string,
  sizeBytes: number,
  authorization: string | undefined,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(
      url,
      {
        method: 'PATCH',
        headers: {
          'content-type': 'application/octet-stream',
          'content-length': sizeBytes,
          ...(authorization !== undefined && { authorization }),
        },
        timeout: IDLE_MS,
      },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        answer.on('error', reject);
        answer.on('end', () => {
          const headers = new Headers();
          for (const [name, value] of Object.entries(answer.headers)) headers.set(name, String(value));
          resolve(new Response(text === '' ? null : text, { status: answer.statusCode ?? 500, headers }));
        });
      },
    );
    request.on('timeout', () => request.destroy(new Error('nothing moved for a minute')));
    request.on('error', reject);
    pipeline(createReadStream(file), request).catch(reject);
  });
}
