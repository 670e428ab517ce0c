/** Images that the cases start from: how an engine makes them, and what a registry would tell of them. */
import type { BaseImage } from '../../../../../scripts/cli/image/key/base-image';

export interface TestBase {
  /** Lines after `FROM scratch` and the shell. */
  readonly dockerfile: readonly string[];
  readonly image: BaseImage;
}

const PLAIN = { env: ['BASE_VAR=base'], workingDir: '', user: '', onBuild: [] };

function image(digit: string, onBuild: readonly string[] = []): BaseImage {
  const digest = `sha256:${digit.repeat(64)}`;
  return { ...PLAIN, digest, rootDigest: digest, onBuild };
}

const TRIGGER = 'COPY triggered /triggered/';

/** By the name after `base.test/`, with the tag behind a dash. */
export const TEST_BASES: Readonly<Record<string, TestBase>> = {
  'busybox-1': { dockerfile: ['ENV BASE_VAR=base'], image: image('1') },
  'busybox-2': { dockerfile: ['ENV BASE_VAR=base', 'COPY mark /mark'], image: image('2') },
  'onbuild-1': { dockerfile: ['ENV BASE_VAR=base', `ONBUILD ${TRIGGER}`], image: image('3', [TRIGGER]) },
};

/** Which image each name in a Dockerfile means, with what an edit moves. */
export function basesWith(moved: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  return {
    'base.test/busybox:1': 'busybox-1',
    'base.test/busybox:2': 'busybox-2',
    'base.test/onbuild:1': 'onbuild-1',
    ...moved,
  };
}

/** The table that keys are computed with. */
export function lookedUp(moved?: Readonly<Record<string, string>>): ReadonlyMap<string, BaseImage> {
  return new Map(
    Object.entries(basesWith(moved)).flatMap(([name, base]) => {
      const found = TEST_BASES[base];
      return found ? [[name, found.image] as const] : [];
    }),
  );
}
