import { keys } from './keys';

/** Returns the part of a key of the queue that all slices of its request and PoP begin with. */
export function laneOf(key: string): string {
  return key.slice(0, key.lastIndexOf('!') + 1);
}

/** Returns the id of the request that a key of the queue belongs to. */
export function requestOf(key: string): string {
  return key.slice(keys.queue.length, key.indexOf('!', keys.queue.length));
}

/** How many slices are delivered, by request and by lane. */
export class DeliveredSlices {
  private readonly counts = new Map<string, number>();

  /** Slices delivered of a request or a lane, by what `requestOf` or `laneOf` returns. */
  of(name: string): number {
    return this.counts.get(name) ?? 0;
  }

  /** Counts one more slice, by its key. */
  add(key: string): void {
    for (const name of [requestOf(key), laneOf(key)]) this.counts.set(name, this.of(name) + 1);
  }
}
