import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { UserDataProps } from '../props';
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
  /** Whether the program follows a document of images. */
  readonly followsDocument: boolean;
  readonly own: UserDataProps;
}

const BEFORE_GATE = '/usr/local/lib/warmpath/before-gate';
const AFTER_GATE = '/usr/local/lib/warmpath/after-gate';
/** Ends a file in the user data, and so can be no line of one. */
export const END_OF_FILE = 'WARMPATH_FILE';

interface BootFile {
  readonly path: string;
  readonly mode: string;
  readonly content: string;
}

/** The program that runs on the instance, as it is installed there: without comment lines, which would take user data. */
export function prepullProgram(part: 'prepull' | 'document' = 'prepull'): string {
  const source = readFileSync(join(__dirname, 'prepull', `warmpath-${part}.sh`), 'utf8');
  return source.replaceAll(/^ *#(?!!| shellcheck ).*\n/gm, '');
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
    ...(parts.followsDocument
      ? [{ path: '/usr/local/lib/warmpath/document', mode: '0644', content: prepullProgram('document') }]
      : []),
    ...ownPart(BEFORE_GATE, parts.own.beforeGate),
    ...ownPart(AFTER_GATE, parts.own.afterGate),
  ];
  return [
    '#!/bin/bash',
    'set -u',
    'write_file() { # path mode; content on stdin',
    '  mkdir -p "$(dirname "$1")" && cat >"$1.new" && chmod "$2" "$1.new" && mv -f "$1.new" "$1"',
    '}',
    ...files.map(
      ({ path, mode, content }) => `write_file ${path} ${mode} <<'${END_OF_FILE}'\n${content}${END_OF_FILE}`,
    ),
    // The pre-pull fails by this file: an instance that is not prepared as it should be takes no tasks.
    ...(parts.own.beforeGate === undefined
      ? []
      : [`bash -e ${BEFORE_GATE} || { mkdir -p /run/warmpath && : >/run/warmpath/user-data-failed; }`]),
    'systemctl daemon-reload',
    ...units.map(({ path }) => `systemctl enable --now ${basename(path)}`),
    ...(parts.own.afterGate === undefined ? [] : [`bash -e ${AFTER_GATE}`]),
    '',
  ].join('\n');
}

/** A part of the user's own, as a file, so that it fails by itself; one known only at plan may turn out empty. */
function ownPart(path: string, content: string | undefined): readonly BootFile[] {
  return content === undefined ? [] : [{ path, mode: '0755', content: `${content}\n` }];
}

function unitFile(name: string, content: string): BootFile {
  return { path: `/etc/systemd/system/${name}`, mode: '0644', content };
}

/** Size as EC2 counts it; values that Terraform fills in later count as their placeholders. */
export function userDataSizeBytes(userData: string): number {
  return gzipSync(userData, { level: 9 }).length;
}
