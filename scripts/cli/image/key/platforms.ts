/** Platforms such as `linux/arm64`, in the form that BuildKit gives to `TARGETPLATFORM` and its parts. */
import { arch } from 'node:process';

export interface Platform {
  readonly os: string;
  readonly architecture: string;
  /** Such as `v7`; empty where the architecture has none or it is the usual one. */
  readonly variant: string;
}

const ARCHITECTURES: Readonly<Record<string, string>> = {
  x86_64: 'amd64',
  'x86-64': 'amd64',
  x64: 'amd64',
  aarch64: 'arm64',
  armhf: 'arm',
  armel: 'arm',
  i386: '386',
  ia32: '386',
};

/** `undefined` where the text is no platform. */
export function parsePlatform(text: string): Platform | undefined {
  const match = /^([a-z][a-z0-9]*)\/([a-z0-9_-]+)(?:\/([a-z0-9.]+))?$/i.exec(text);
  if (!match) return undefined;
  const [, os = '', given = '', variant = ''] = match.map((part) => part?.toLowerCase() ?? '');
  const architecture = ARCHITECTURES[given] ?? given;
  return { os, architecture, variant: usualVariant(architecture, given, variant) };
}

function usualVariant(architecture: string, given: string, variant: string): string {
  const named = /^\d+$/.test(variant) ? `v${variant}` : variant;
  if (architecture === 'arm64') return named === 'v8' ? '' : named;
  if (architecture === 'amd64') return named === 'v1' ? '' : named;
  if (architecture === 'arm' && named === '') return given === 'armel' ? 'v6' : 'v7';
  return named;
}

export function formatPlatform({ os, architecture, variant }: Platform): string {
  return [os, architecture, variant].filter((part) => part !== '').join('/');
}

/** The platform that builds run on: Linux containers on this machine's processor. */
export function buildPlatform(): Platform {
  return { os: 'linux', architecture: ARCHITECTURES[arch] ?? arch, variant: arch === 'arm' ? 'v7' : '' };
}

/** The arguments that every build has before its first FROM. */
export function platformArguments(target: Platform, targetStage: string): ReadonlyMap<string, string> {
  const build = buildPlatform();
  return new Map([
    ['BUILDPLATFORM', formatPlatform(build)],
    ['BUILDOS', build.os],
    ['BUILDOSVERSION', ''],
    ['BUILDARCH', build.architecture],
    ['BUILDVARIANT', build.variant],
    ['TARGETPLATFORM', formatPlatform(target)],
    ['TARGETOS', target.os],
    ['TARGETOSVERSION', ''],
    ['TARGETARCH', target.architecture],
    ['TARGETVARIANT', target.variant],
    ['TARGETSTAGE', targetStage === '' ? 'default' : targetStage],
  ]);
}
