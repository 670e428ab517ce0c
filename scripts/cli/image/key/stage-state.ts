/** What instructions of a stage leave for the ones after them: variables, working directory, user and shell. */
import { posix } from 'node:path';
import { Uncertain } from '../uncertain';
import type { BaseImage } from './base-image';

export interface StageState {
  /** Variables that a step sees: those of the image, and arguments. */
  readonly env: Map<string, string>;
  /** Variables of the image alone. */
  readonly imageEnv: Map<string, string>;
  /** Variables that the external base brings, which its digest stands for. */
  readonly baseEnv: ReadonlyMap<string, string>;
  /** From the root, or from `~`, which is where the external base starts. */
  workdir: string;
  /** Empty as long as it is the base's. */
  user: string;
  shell: string;
}

const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The state in which a stage begins that is built on an external image, or on nothing. */
export function stateOnBase(base: BaseImage | undefined): StageState {
  const imageEnv = new Map(
    (base?.env ?? []).map((pair): [string, string] => {
      const equals = pair.indexOf('=');
      return equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
    }),
  );
  if (!imageEnv.has('PATH')) imageEnv.set('PATH', DEFAULT_PATH);
  return { env: new Map(imageEnv), imageEnv, baseEnv: new Map(imageEnv), workdir: '~', user: '', shell: '' };
}

/** The state in which a stage begins that is built on another: arguments stay visible, but the image's variables win again. */
export function stateOnStage(parent: StageState): StageState {
  return { ...parent, env: new Map([...parent.env, ...parent.imageEnv]), imageEnv: new Map(parent.imageEnv) };
}

/** What Linux takes as a path, in bytes. */
const MAX_PATH_LENGTH = 4_096;

/** A path from a working directory, without a slash at the end. @throws {Uncertain} for one that no file can have */
export function resolvePath(workdir: string, path: string): string {
  const resolved = posix.isAbsolute(path) ? posix.normalize(path) : posix.join(workdir, path);
  if (resolved.length > MAX_PATH_LENGTH) throw new Uncertain('a path that is longer than Linux takes');
  return resolved.replace(/(?<=.)\/+$/, '');
}
