/** Runs a command in this process, in the environment of an engine, and gathers what it prints. */
export interface Ran<T> {
  readonly code: number;
  readonly text: string;
  /** Of `--json`. */
  readonly json: T;
}

export async function runCommand<T = never>(
  command: () => Promise<number>,
  env: NodeJS.ProcessEnv = {},
): Promise<Ran<T>> {
  const before = { ...process.env };
  const written = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  Object.assign(process.env, env);
  try {
    const code = await command();
    const text = written.mock.calls.map(([part]) => String(part)).join('');
    return { code, text, json: text.startsWith('{') ? JSON.parse(text) : undefined };
  } finally {
    for (const name of Object.keys(env)) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
    written.mockRestore();
  }
}
