import type { Environments } from '../../lambdas/prewarm/settings';
import type { NodeVersion } from '../parts/node-version';

export interface AgentUserDataProps {
  readonly region: string;
  readonly bucket: string;
  /** Key of the agent's code. */
  readonly key: string;
  /** SHA-256 of the code, as hex. */
  readonly sha256: string;
  readonly logGroup: string;
  readonly environment: Environments['agent'];
  /** Major version of Node.js. */
  readonly nodeVersion: NodeVersion;
}

/**
 * What an instance does at its first boot: Node.js and the log shipper from the image's own, version-locked
 * repository, the agent's code by its hash, and a systemd unit that keeps it running. An instance on which that does not
 * come about shuts itself down, so that its group replaces it.
 *
 * Variables of the shell are written without braces, which Terraform would take for its own.
 */
export function agentUserData(props: AgentUserDataProps): string {
  return `#!/bin/bash
set -Eeuo pipefail
trap 'echo "warmpath: boot failed at line $LINENO"; shutdown -h +1' ERR
again() {
  for pause in 2 5 15 30; do
    "$@" && return
    sleep "$pause"
  done
  "$@"
}
command -v node-${props.nodeVersion} >/dev/null || again dnf install -y -q nodejs${props.nodeVersion}
rpm -q amazon-cloudwatch-agent >/dev/null || again dnf install -y -q amazon-cloudwatch-agent

install -d -m 0755 /opt/warmpath /etc/warmpath
again aws s3api get-object --region ${props.region} --bucket ${props.bucket} --key ${props.key} /opt/warmpath/agent.js.new >/dev/null
echo "${props.sha256}  /opt/warmpath/agent.js.new" | sha256sum --check --quiet
mv /opt/warmpath/agent.js.new /opt/warmpath/agent.js

cat >/etc/warmpath/agent.env <<'ENVIRONMENT'
AWS_REGION=${props.region}
${environmentLines(props.environment)}
ENVIRONMENT

cat >/etc/systemd/system/warmpath-agent.service <<'UNIT'
${agentUnit(props.nodeVersion)}UNIT

cat >/etc/logrotate.d/warmpath-agent <<'ROTATE'
/var/log/warmpath-agent.log {
  size 50M
  rotate 2
  copytruncate
  missingok
}
ROTATE

cat >/opt/aws/amazon-cloudwatch-agent/etc/amazon-cloudwatch-agent.json <<'SHIPPER'
${JSON.stringify({
  agent: { region: props.region },
  logs: {
    logs_collected: {
      files: {
        collect_list: [
          {
            file_path: '/var/log/warmpath-agent.log',
            log_group_name: props.logGroup,
            log_stream_name: '{instance_id}',
          },
        ],
      },
    },
  },
})}
SHIPPER

systemctl daemon-reload
systemctl enable --now warmpath-agent.service
/opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl -a fetch-config -m ec2 -s -c file:/opt/aws/amazon-cloudwatch-agent/etc/amazon-cloudwatch-agent.json || echo "warmpath: no logs are shipped"
`;
}

/** Returns the agent's systemd unit: restarted on failure, unprivileged, with only a temporary folder to write to. */
export function agentUnit(nodeVersion: NodeVersion): string {
  return `[Unit]
Description=Warmpath prewarm agent
After=network-online.target
Wants=network-online.target
StartLimitIntervalSec=0

[Service]
ExecStart=/usr/bin/node-${nodeVersion} /opt/warmpath/agent.js
EnvironmentFile=/etc/warmpath/agent.env
Restart=on-failure
RestartSec=5
TimeoutStopSec=30
KillSignal=SIGTERM
KillMode=mixed
StandardOutput=append:/var/log/warmpath-agent.log
StandardError=append:/var/log/warmpath-agent.log
DynamicUser=yes
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
PrivateUsers=yes
ProtectProc=invisible
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
CapabilityBoundingSet=
UMask=0077
LimitNOFILE=1048576

[Install]
WantedBy=multi-user.target
`;
}

function environmentLines(environment: Environments['agent']): string {
  return Object.entries(environment)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${value}`)
    .join('\n');
}
