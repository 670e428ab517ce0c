import {
  del,
  type KeyValueDb,
  put,
  Store,
  StoreFailed,
  type WriteOperation,
} from '../../../../../lambdas/prewarm/one-machine/adapters/store';

/** A database that shows its batches, and fails when told. */
function observed() {
  const values = new Map<string, string>();
  const batches: { readonly keys: string[]; readonly sync: boolean | undefined }[] = [];
  const disk = { full: false };
  const db: KeyValueDb = {
    getSync: (key) => values.get(key),
    batch: async (operations: WriteOperation[], { sync }) => {
      await new Promise((resolve) => setImmediate(resolve));
      if (disk.full) throw new Error('no space left on device');
      batches.push({ keys: operations.map(({ key }) => key), sync });
      for (const operation of operations)
        if (operation.type === 'put') values.set(operation.key, operation.value);
        else values.delete(operation.key);
    },
    iterator: () => ({ all: async () => [...values] }),
    close: async () => {},
  };
  return { store: new Store(db), batches, disk };
}

describe('the store', () => {
  it('writes what is committed in one tick, and while a write is underway, as one batch each', async () => {
    const { store, batches } = observed();
    const first = [store.commit([put('a', 1)]), store.commit([put('b', 2), put('c', 3)], true)];
    await first[0];
    const second = [store.commit([put('d', 4)]), store.commit([del('a')])];
    await Promise.all([...first, ...second]);
    expect(batches).toEqual([
      { keys: ['a', 'b', 'c'], sync: true },
      { keys: ['d', 'a'], sync: false },
    ]);
  });

  it('reads what is committed before it is written', async () => {
    const { store } = observed();
    const written = store.commit([put('a', { n: 1 })]);
    expect(store.get('a')).toEqual({ n: 1 });
    expect(store.has('a')).toBe(true);
    await written;
    const removed = store.commit([del('a')]);
    expect(store.get('a')).toBeUndefined();
    await removed;
    expect(store.has('a')).toBe(false);
  });

  it('writes nothing more after a write has failed, and says why', async () => {
    const { store, batches, disk } = observed();
    const failures: unknown[] = [];
    store.onFailure((failure) => failures.push(failure));
    disk.full = true;
    await expect(store.commit([put('a', 1)])).rejects.toThrow('no space left on device');
    disk.full = false;
    await expect(store.commit([put('b', 1)])).rejects.toThrow(StoreFailed);
    expect(batches).toEqual([]);
    expect(failures).toHaveLength(1);
    await store.close();
  });

  it('writes what is committed before it closes', async () => {
    const { store, batches } = observed();
    void store.commit([put('a', 1)]);
    await store.close();
    expect(batches).toHaveLength(1);
  });
});
