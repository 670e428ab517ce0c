/** Makes `await using` close a server, a transport or an engine at the end of its block, also where the test fails before. */
export function closing<T extends { close(): Promise<unknown> }>(resource: T): T & AsyncDisposable {
  return Object.assign(resource, {
    [Symbol.asyncDispose]: async () => {
      await resource.close();
    },
  });
}
