import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { renderAgentDropIn, renderPrepullUnit, renderWatchUnit } from './prepull-unit';

/** @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html (16 KB before base64) */
export const USER_DATA_LIMIT_BYTES = 16 * 1024;

export interface UserDataParts {
  /** The whole of `/etc/ecs/ecs.config`. */
  readonly ecsAgentConfig: string;
  /** The whole of `/etc/warmpath/prepull.conf`. */
  readonly prepullConfig: string;
  /** How long the group waits for the answer to its launch hook. */
  readonly hookTimeoutSeconds: number;
}

interface BootFile {
  readonly path: string;
  readonly mode: string;
  readonly content: string;
}

/** The program that runs on the instance, as it is installed there: without comment lines, which would take user data. */
export function prepullProgram(): string {
  const source = readFileSync(join(__dirname, 'prepull', 'warmpath-prepull.sh'), 'utf8');
  return source.replaceAll(/^ *#(?!!).*\n/gm, '');
}

/**
 * The first boot: writes a few files, each whole and by rename, and runs the pre-pull in the foreground, which holds
 * back ecs.service (ordered after cloud-final) until the images are there. Running it again changes nothing.
 */
export function renderUserData(parts: UserDataParts): string {
  const units: readonly BootFile[] = [
    unitFile('warmpath-prepull.service', renderPrepullUnit(parts.hookTimeoutSeconds)),
    unitFile('warmpath-prepull-watch.service', renderWatchUnit()),
  ];
  const files: readonly BootFile[] = [
    { path: '/etc/ecs/ecs.config', mode: '0644', content: parts.ecsAgentConfig },
    { path: '/etc/warmpath/prepull.conf', mode: '0644', content: parts.prepullConfig },
    ...units,
    {
      path: '/etc/systemd/system/ecs.service.d/warmpath.conf',
      mode: '0644',
      content: renderAgentDropIn(),
    },
    { path: '/usr/local/sbin/warmpath-prepull', mode: '0755', content: prepullProgram() },
  ];
  return [
    '#!/bin/bash',
    'set -u',
    'write_file() { # path mode; content on stdin',
    '  mkdir -p "$(dirname "$1")" && cat >"$1.new" && chmod "$2" "$1.new" && mv -f "$1.new" "$1"',
    '}',
    ...files.map(
      ({ path, mode, content }) => `write_file ${path} ${mode} <<'WARMPATH_FILE'\n${content}WARMPATH_FILE`,
    ),
    'systemctl daemon-reload',
    ...units.map(({ path }) => `systemctl enable --now ${basename(path)}`),
    '',
  ].join('\n');
}

function unitFile(name: string, content: string): BootFile {
  return { path: `/etc/systemd/system/${name}`, mode: '0644', content };
}

/** Size as EC2 counts it; values that Terraform fills in later count as their placeholders. */
export function userDataSizeBytes(userData: string): number {
  return gzipSync(userData, { level: 9 }).length;
}
