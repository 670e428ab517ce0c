#!/bin/bash
# Puts the pinned container images on disk before the ECS agent starts, on every boot, and completes the launch
# lifecycle hook. Uses only what the stock ECS-optimized Amazon Linux 2023 AMI has: bash, coreutils, curl, docker.
set -uo pipefail

CONFIG=${WARMPATH_CONFIG:-/etc/warmpath/prepull.conf}
STATE_DIR=${WARMPATH_STATE_DIR:-/run/warmpath}
IMDS=${WARMPATH_IMDS:-http://169.254.169.254}
KEEP_TAG=warmpath

IMAGES='' REGION='' ASG_NAME='' HOOK_NAME='' PULL_TIMEOUT_SECONDS=900 ATTEMPTS=5 MIN_FREE_MB=4096 KEEP_SUPERSEDED=1
ON_FAILURE=ABANDON ECR_ENDPOINT='' AUTOSCALING_ENDPOINT=''

read_config() {
  local key value
  while IFS='=' read -r key value; do
    case $key in
      IMAGES | REGION | ASG_NAME | HOOK_NAME | PULL_TIMEOUT_SECONDS | ATTEMPTS | MIN_FREE_MB | KEEP_SUPERSEDED | \
        ON_FAILURE | ECR_ENDPOINT | AUTOSCALING_ENDPOINT) printf -v "$key" '%s' "$value" ;;
    esac
  done <"$CONFIG"
}

json_string() { # field; the JSON on stdin
  tr -d '\n' | sed -n "s/.*\"$1\" *: *\"\([^\"]*\)\".*/\1/p"
}

imds() {
  local token
  token=$(curl -sf -m 5 --retry 3 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 300' "$IMDS/latest/api/token") &&
    curl -sf -m 5 --retry 3 -H "X-aws-ec2-metadata-token: $token" "$IMDS/latest/meta-data/$1"
}

aws_call() { # service region url curl-arguments...; signs with the credentials of the instance role
  local service=$1 region=$2 url=$3 role credentials
  shift 3
  role=$(imds iam/security-credentials/) && credentials=$(imds "iam/security-credentials/$role") || return 1
  # The secret goes through a configuration on stdin: arguments are visible to every process.
  curl -sS -m 30 --aws-sigv4 "aws:amz:$region:$service" -K - "$@" "$url" <<CURL
user = "$(json_string AccessKeyId <<<"$credentials"):$(json_string SecretAccessKey <<<"$credentials")"
header = "x-amz-security-token: $(json_string Token <<<"$credentials")"
CURL
}

registry_of() { printf '%s' "${1%%/*}"; }

login() { # registry; writes the login to a directory of this run only
  local registry=$1 region token
  region=$(sed -n 's/^[0-9]\{12\}\.dkr\.ecr\(-fips\)\{0,1\}\.\([a-z0-9-]*\)\.amazonaws\.com.*$/\2/p' <<<"$registry")
  [ -n "$region" ] || return 0
  token=$(aws_call ecr "$region" "${ECR_ENDPOINT:-https://api.ecr.$region.amazonaws.com}/" \
    -f -X POST -H 'content-type: application/x-amz-json-1.1' \
    -H 'x-amz-target: AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken' -d '{}' |
    json_string authorizationToken)
  [ -n "$token" ] && printf '{"auths":{"%s":{"auth":"%s"}}}' "$registry" "$token" >"$DOCKER_CONFIG/config.json"
}

present() { docker image inspect "$1" >/dev/null 2>&1; }

seconds_left() { printf '%s' $((PULL_TIMEOUT_SECONDS - SECONDS)); }

pull() { # reference
  local reference=$1 attempt left
  for ((attempt = 1; attempt <= ATTEMPTS; attempt++)); do
    left=$(seconds_left)
    ((left > 0)) || return 1
    PULL_ATTEMPTS=$((PULL_ATTEMPTS + 1))
    if login "$(registry_of "$reference")" && timeout "$left" docker pull -q "$reference" >/dev/null; then
      return 0
    fi
    sleep $((attempt * 2 + RANDOM % 3))
  done
  return 1
}

keep() { # reference; a local tag keeps a digest pull out of reach of `docker image prune`
  local digest=${1##*@sha256:}
  docker tag "$1" "${1%@*}:$KEEP_TAG-${digest:0:12}"
}

remove_superseded() { # reference; keeps the newest KEEP_SUPERSEDED other digests of its repository
  local repository=${1%@*} current=$KEEP_TAG-${1##*@sha256:}
  docker image ls --format '{{.Tag}}' "$repository" | grep "^$KEEP_TAG-" |
    grep -vx "${current:0:$((${#KEEP_TAG} + 13))}" | tail -n "+$((KEEP_SUPERSEDED + 1))" |
    while read -r tag; do docker image rm "$repository:$tag" >/dev/null 2>&1; done
}

free_mb() { df -Pm "$(docker info -f '{{.DockerRootDir}}')" | awk 'NR==2 {print $4}'; }

ensure() { # reference
  if present "$1"; then
    OUTCOMES+=("present")
  else
    (($(free_mb) >= MIN_FREE_MB)) || KEEP_SUPERSEDED=0 remove_superseded "$1"
    if ! pull "$1"; then
      OUTCOMES+=("failed")
      return 1
    fi
    OUTCOMES+=("pulled")
  fi
  keep "$1" && remove_superseded "$1"
}

complete_hook() { # CONTINUE or ABANDON; without an active lifecycle action there is nothing to complete
  local region instance answer
  [ -n "$HOOK_NAME" ] || return 0
  region=${REGION:-$(imds placement/region)} && instance=$(imds instance-id) || return 1
  answer=$(aws_call autoscaling "$region" "${AUTOSCALING_ENDPOINT:-https://autoscaling.$region.amazonaws.com}/" \
    -X POST --data-urlencode "Action=CompleteLifecycleAction" --data-urlencode "Version=2011-01-01" \
    --data-urlencode "AutoScalingGroupName=$ASG_NAME" --data-urlencode "LifecycleHookName=$HOOK_NAME" \
    --data-urlencode "InstanceId=$instance" --data-urlencode "LifecycleActionResult=$1") || return 1
  case $answer in
    *'No active Lifecycle Action'*) HOOK=none ;;
    *'<Error>'*) return 1 ;;
    *) HOOK=$1 ;;
  esac
}

main() {
  local reference result=ok images
  OUTCOMES=() PULL_ATTEMPTS=0 HOOK=failed
  read_config
  mkdir -p "$STATE_DIR"
  DOCKER_CONFIG=$(mktemp -d) && export DOCKER_CONFIG
  trap 'rm -rf "$DOCKER_CONFIG"' EXIT
  IFS=, read -r -a images <<<"$IMAGES"
  for reference in "${images[@]}"; do
    ensure "$reference" || result=failed
  done
  if [ "$result" = ok ]; then complete_hook CONTINUE; else complete_hook "$ON_FAILURE"; fi
  printf '{"event":"prepull","result":"%s","images":"%s","outcomes":"%s","attempts":%d,"seconds":%d,"hook":"%s"}\n' \
    "$result" "$IMAGES" "$(IFS=,; printf '%s' "${OUTCOMES[*]}")" "$PULL_ATTEMPTS" "$SECONDS" "$HOOK" |
    tee "$STATE_DIR/prepull.json"
  [ "$result" = ok ]
}

main
