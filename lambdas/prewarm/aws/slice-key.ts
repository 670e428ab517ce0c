import { popCode, type RequestId, type SliceId, sliceId } from '../engine/model/ids';
import { DamagedItem, type Item, readText, text } from './attributes';

/**
 * Partitions over which the results of one request are spread: writes of many agents do not meet in one, and their
 * stream has several shards.
 */
export const SHARDS = 8;

/** FNV-1a; only has to spread. */
function hash(value: string): number {
  let state = 0x811c9dc5;
  for (let index = 0; index < value.length; index += 1)
    state = Math.imul(state ^ value.charCodeAt(index), 0x01000193) >>> 0;
  return state;
}

export function sliceShard(id: RequestId, shard: number): string {
  return `${id}#${shard}`;
}

export function sliceKey(id: RequestId, slice: SliceId): Item {
  return {
    req_id: text(sliceShard(id, hash(slice) % SHARDS)),
    slice_id: text(slice),
  };
}

/** Returns the id of the slice that a row, or a row's key, belongs to. */
export function sliceIdOf(item: Item): SliceId {
  const written = readText(item, 'slice_id');
  const dot = written.lastIndexOf('.');
  const index = Number(written.slice(dot + 1));
  if (dot < 1 || !Number.isInteger(index)) throw new DamagedItem('slice_id', '<PoP>.<segment>');
  return sliceId(popCode(written.slice(0, dot)), index);
}
