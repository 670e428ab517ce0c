#!/bin/bash
# Puts the pinned container images on disk before the ECS agent starts, on every boot, and completes the launch
# lifecycle hook. Uses only what the stock ECS-optimized Amazon Linux 2023 AMI has: bash, coreutils, util-linux, sed, awk,
# curl, docker.
#
#   warmpath-prepull          pull what is missing, answer the hook
#   warmpath-prepull watch    stay, answer again what the group did not accept, and answer transitions that are no boot
set -uo pipefail

CONFIG=${WARMPATH_CONFIG:-/etc/warmpath/prepull.conf}
STATE_DIR=${WARMPATH_STATE_DIR:-/var/lib/warmpath}
IMDS=${WARMPATH_IMDS:-http://169.254.169.254}
AGENT_CONFIG=${WARMPATH_AGENT_CONFIG:-/etc/ecs/ecs.config}
KEEP_TAG=warmpath

IMAGES='' REGION='' ASG_NAME='' HOOK_NAME='' LOG_GROUP='' PULL_TIMEOUT_SECONDS=900 ATTEMPTS=5 RETRY_BASE_SECONDS=2
MIN_FREE_MB=4096 KEEP_SUPERSEDED=1 ON_FAILURE=ABANDON HOOK_TIMEOUT_SECONDS=1200
ABANDON_HOLD_SECONDS=120 WATCH_SECONDS=5
ECR_ENDPOINT='' ECR_REGISTRY='' AUTOSCALING_ENDPOINT='' LOGS_ENDPOINT=''

read_config() {
  local key value
  while IFS='=' read -r key value; do
    case $key in
      IMAGES | REGION | ASG_NAME | HOOK_NAME | LOG_GROUP | PULL_TIMEOUT_SECONDS | ATTEMPTS | RETRY_BASE_SECONDS | \
        MIN_FREE_MB | KEEP_SUPERSEDED | ON_FAILURE | HOOK_TIMEOUT_SECONDS | \
        ABANDON_HOLD_SECONDS | WATCH_SECONDS | ECR_ENDPOINT | ECR_REGISTRY | AUTOSCALING_ENDPOINT | LOGS_ENDPOINT)
        printf -v "$key" '%s' "$value" ;;
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
  curl -sS -m 30 --retry 3 --aws-sigv4 "aws:amz:$region:$service" -K - "$@" "$url" <<CURL
user = "$(json_string AccessKeyId <<<"$credentials"):$(json_string SecretAccessKey <<<"$credentials")"
header = "x-amz-security-token: $(json_string Token <<<"$credentials")"
CURL
}

endpoint() { # service region; its address in this partition
  printf 'https://%s.%s.%s/' "$1" "$2" "$(imds services/domain || printf amazonaws.com)"
}

ecr_region() { # registry; nothing where the registry is not ECR's
  if [ "$1" = "$ECR_REGISTRY" ]; then
    printf '%s' "$REGION"
  else
    sed -n 's/^[0-9]\{12\}\.dkr\.ecr\(-fips\)\{0,1\}\.\([a-z0-9-]*\)\.amazonaws\.com.*$/\2/p' <<<"$1"
  fi
}

login() { # registry; writes the login to a directory of this run only
  local registry=$1 region token
  region=$(ecr_region "$registry")
  [ -n "$region" ] || return 0
  token=$(aws_call ecr "$region" "${ECR_ENDPOINT:-$(endpoint api.ecr "$region")}" \
    -f -X POST -H 'content-type: application/x-amz-json-1.1' \
    -H 'x-amz-target: AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken' -d '{}' |
    json_string authorizationToken)
  [ -n "$token" ] && printf '{"auths":{"%s":{"auth":"%s"}}}' "$registry" "$token" >"$DOCKER_CONFIG/config.json"
}

present() { docker image inspect "$1" >/dev/null 2>&1; }

seconds_left() { printf '%s' $((PULL_TIMEOUT_SECONDS - SECONDS)); }

free_mb() { df -Pm "$(docker info -f '{{.DockerRootDir}}')" | awk 'NR==2 {print $4}'; }

failure_of() { # what docker printed -> one word for the log
  case $1 in
    *'no space left'*) printf disk-full ;;
    *'manifest unknown'* | *'not found'*) printf unknown-digest ;;
    *'no basic auth'* | *[Uu]nauthorized* | *denied*) printf denied ;;
    *toomanyrequests* | *'Too Many Requests'* | *'Rate exceeded'*) printf throttled ;;
    *) printf unreachable ;;
  esac
}

back_off() { # attempt seconds-left; doubles up to the fourth attempt, with jitter, and never past what is left
  local seconds=$((RETRY_BASE_SECONDS << ($1 < 4 ? $1 - 1 : 3)))
  seconds=$((seconds + RANDOM % (seconds + 1)))
  sleep $((seconds < $2 ? seconds : ($2 > 0 ? $2 : 0)))
}

pull() { # reference; sets REASON when it fails
  local reference=$1 attempt left said status
  for ((attempt = 1; attempt <= ATTEMPTS; attempt++)); do
    left=$(seconds_left) REASON=timed-out
    ((left > 0)) || return 1
    PULL_ATTEMPTS=$((PULL_ATTEMPTS + 1))
    if login "${reference%%/*}"; then
      said=$(timeout -k 5 "$left" docker pull -q "$reference" 2>&1 >/dev/null) && return 0
      status=$?
      ((status == 124 || status == 137)) && return 1
      REASON=$(failure_of "$said")
      # Asking again heals neither of these.
      case $REASON in unknown-digest | disk-full) return 1 ;; esac
      printf '%s\n' "$said" >&2
    else
      REASON=denied
    fi
    ((attempt < ATTEMPTS)) && back_off "$attempt" "$(seconds_left)"
  done
  return 1
}

keep() { # reference; a local tag keeps a digest pull out of reach of `docker image prune`
  local digest=${1##*@sha256:}
  docker tag "$1" "${1%@*}:$KEEP_TAG-${digest:0:12}"
}

wanted_ids() {
  local reference
  for reference in "${WANTED[@]}"; do docker image inspect -f '{{.Id}}' "$reference" 2>/dev/null; done
}

remove_superseded() { # how many to keep per repository of what earlier runs pulled and nobody wants now; newest first
  local id
  docker image ls --no-trunc --format '{{.Repository}} {{.ID}} {{.Tag}}' |
    awk -v keep="$1" -v tag="^$KEEP_TAG-" '
      NR == FNR { wanted[$1]; next }
      $3 ~ tag && !($2 in wanted) && !seen[$1, $2]++ && ++count[$1] > keep { print $2 }
    ' <(wanted_ids; printf 'none\n') - |
    while read -r id; do
      # By its names, never by force: an image that a container uses stays.
      docker ps -aq --filter "ancestor=$id" | grep -q . && continue
      docker image inspect -f '{{range .RepoTags}}{{println .}}{{end}}{{range .RepoDigests}}{{println .}}{{end}}' "$id" |
        while read -r name; do [ -n "$name" ] && docker image rm "$name" >/dev/null 2>&1; done
    done
}

ensure() { # reference
  if present "$1"; then
    OUTCOMES+=(present)
  else
    (($(free_mb) >= MIN_FREE_MB)) || remove_superseded 0
    if (($(free_mb) < MIN_FREE_MB)); then
      OUTCOMES+=(disk-full)
      return 1
    fi
    if ! pull "$1"; then
      OUTCOMES+=("$REASON")
      return 1
    fi
    OUTCOMES+=(pulled)
  fi
  keep "$1"
}

# An instance that waits in a pool goes into service from there. The agent registers once, on the way out, and takes what
# its configuration says then; for an instance outside any group nothing is known.
note_origin() {
  local attempt
  [ -n "$HOOK_NAME" ] && grep -qs '"warmpath.origin"' "$AGENT_CONFIG" || return 0
  for ((attempt = 1; attempt <= 5; attempt++)); do
    case $(imds autoscaling/target-lifecycle-state) in
      Warmed:*) sed -i 's/"warmpath.origin":"[a-z-]*"/"warmpath.origin":"warm-pool"/' "$AGENT_CONFIG" && return ;;
      ?*) return 0 ;;
    esac
    sleep 1
  done
}

# The group waits for an answer at each transition of the instance, into the pool and into service. The last transition is
# on disk with what is still owed (an answer, or nothing: settled) and until when the group waits. So none is missed
# between two starts of the program, and a plain reboot in service owes nothing.
recall() { # sets INSTANCE, and what is known of TARGET, OWED, DEADLINE
  local instance=''
  TARGET='' OWED='' DEADLINE=0
  INSTANCE=$(imds instance-id)
  [ -f "$STATE_DIR/transition" ] && read -r instance TARGET OWED DEADLINE <"$STATE_DIR/transition"
  # What another instance left came with an image of its disk.
  [ "$instance" = "$INSTANCE" ] || TARGET='' OWED=''
}

notice() { # a transition since; while the metadata service is silent, what is known stands
  local target
  INSTANCE=${INSTANCE:-$(imds instance-id)}
  target=$(imds autoscaling/target-lifecycle-state) && [ "$target" != "$TARGET" ] && TARGET=$target OWED=''
  case $HOOK_NAME/$TARGET in
    /* | */Terminated | */Standby | */Detached) [ "$OWED" = settled ] || owe settled ;;
    *) [ -n "$OWED" ] || OWED=new DEADLINE=$((EPOCHSECONDS + HOOK_TIMEOUT_SECONDS)) ;;
  esac
}

owe() { # answer, or settled
  OWED=$1
  printf '%s %s %s %s\n' "${INSTANCE:-unknown}" "${TARGET:-unknown}" "$OWED" "$DEADLINE" >"$STATE_DIR/transition.new" &&
    mv -f "$STATE_DIR/transition.new" "$STATE_DIR/transition"
}

complete_hook() { # CONTINUE or ABANDON; calls once, and fails as long as calling again can help
  local region=${REGION:-$(imds placement/region)} said
  said=$(aws_call autoscaling "$region" "${AUTOSCALING_ENDPOINT:-$(endpoint autoscaling "$region")}" \
    -m 10 --retry 0 -X POST --data-urlencode "Action=CompleteLifecycleAction" --data-urlencode "Version=2011-01-01" \
    --data-urlencode "AutoScalingGroupName=$ASG_NAME" --data-urlencode "LifecycleHookName=$HOOK_NAME" \
    --data-urlencode "InstanceId=$INSTANCE" --data-urlencode "LifecycleActionResult=$1")
  case $said in
    *CompleteLifecycleActionResult*) HOOK=$1 ;;
    # Completed by somebody else; or this boot was faster than the group, which has yet to begin to wait.
    *'No active Lifecycle Action'*) HOOK=none ;;
    *) HOOK=failed && printf '%s\n' "$said" >&2 ;;
  esac
  [ "$HOOK" = "$1" ] || ((EPOCHSECONDS >= DEADLINE)) || return 1
  owe settled
  return 0
}

answer_hook() { # CONTINUE or ABANDON; sets HOOK
  local attempt=0
  HOOK=none
  [ "$OWED" = settled ] && return
  owe "$1"
  until complete_hook "$1"; do
    # With the images there the agent may start: the watch unit goes on.
    [ "$1" = CONTINUE ] && HOOK=pending && return
    back_off $((++attempt)) $((DEADLINE - EPOCHSECONDS))
  done
}

wait_for_docker() {
  until docker version >/dev/null 2>&1; do
    (($(seconds_left) > 0)) || return 1
    sleep 1
  done
}

report_line() { # result hook
  printf '{"event":"prepull","result":"%s","group":"%s","images":"%s","outcomes":"%s","attempts":%d,"seconds":%d,"freeMib":%d,"hook":"%s"}\n' \
    "$1" "$ASG_NAME" "$IMAGES" "$(IFS=,; printf '%s' "${OUTCOMES[*]}")" "$PULL_ATTEMPTS" "$SECONDS" "$FREE_MIB" "$2"
}

logs_call() { # region operation body; brief, because an instance must not wait for its log
  aws_call logs "$1" "${LOGS_ENDPOINT:-$(endpoint logs "$1")}" -m 5 --retry 1 -X POST \
    -H 'content-type: application/x-amz-json-1.1' -H "x-amz-target: Logs_20140328.$2" -d "$3"
}

publish() { # line; best effort
  local region stream event
  [ -n "$LOG_GROUP" ] && region=${REGION:-$(imds placement/region)} || return 0
  stream="\"logGroupName\":\"$LOG_GROUP\",\"logStreamName\":\"$INSTANCE\""
  event="{\"timestamp\":$(date +%s%3N),\"message\":\"${1//\"/\\\"}\"}"
  # The stream is there already on a later boot.
  logs_call "$region" CreateLogStream "{$stream}" >/dev/null 2>&1
  logs_call "$region" PutLogEvents "{$stream,\"logEvents\":[$event]}" >/dev/null
}

report_hook() { # how the answer that was left to the watch unit ended
  local line
  printf -v line '{"event":"launch-hook","group":"%s","target":"%s","hook":"%s","seconds":%d}' \
    "$ASG_NAME" "$TARGET" "$HOOK" $((EPOCHSECONDS - DEADLINE + HOOK_TIMEOUT_SECONDS))
  printf '%s\n' "$line"
  publish "$line"
}

run_once() {
  local reference result=ok answer=CONTINUE before=$OWED
  OUTCOMES=() PULL_ATTEMPTS=0 REASON='' FREE_MIB=0
  if wait_for_docker; then
    for reference in "${WANTED[@]}"; do ensure "$reference" || result=failed; done
    [ "$result" = ok ] && remove_superseded "$KEEP_SUPERSEDED"
    FREE_MIB=$(free_mb)
  else
    OUTCOMES+=(no-docker)
    result=failed
  fi
  [ "$result" = ok ] || answer=$ON_FAILURE
  note_origin
  # Before the hook: right after it the group may stop or terminate the instance.
  publish "$(report_line "$result" "$answer")"
  answer_hook "$answer"
  # For the journal and the console, and the same as a state file.
  report_line "$result" "$HOOK" | tee "$STATE_DIR/prepull.json.new"
  mv -f "$STATE_DIR/prepull.json.new" "$STATE_DIR/prepull.json"
  # The group terminates it, by this answer or at the end of its own wait: an agent that registered now would be given tasks.
  [ "$before" != settled ] && [ "$answer" = ABANDON ] && sleep "$ABANDON_HOLD_SECONDS"
  [ "$result" = ok ]
}

watch() {
  local attempt=0
  while :; do
    notice
    case $OWED in
      # No boot began it: the instance leaves a pool of running or hibernated instances.
      new) attempt=0 SECONDS=0 && run_once ;;
      CONTINUE | ABANDON) complete_hook "$OWED" && report_hook ;;
    esac
    case $OWED/$TARGET in
      # Only a stay in standby can follow, for which a look a minute is soon enough.
      settled/InService) sleep $((WATCH_SECONDS * 12)) ;;
      settled/*) sleep "$WATCH_SECONDS" ;;
      *) back_off $((++attempt)) $((DEADLINE - EPOCHSECONDS)) ;;
    esac
  done
}

main() {
  read_config
  mkdir -p "$STATE_DIR"
  # User data and the unit may both start it on the first boot; the second finds the work done.
  exec 9>"$STATE_DIR/prepull.lock"
  DOCKER_CONFIG=$(mktemp -d) && export DOCKER_CONFIG
  trap 'rm -rf "$DOCKER_CONFIG"' EXIT
  IFS=, read -r -a WANTED <<<"$IMAGES"
  if [ "${1:-}" = watch ]; then
    trap 'exit 0' TERM INT
    recall
    watch
  else
    flock 9
    recall
    notice
    run_once
  fi
}

main "$@"
