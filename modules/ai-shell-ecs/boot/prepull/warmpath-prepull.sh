#!/bin/bash
# Puts the pinned container images on disk before the ECS agent starts, on every boot, and completes the launch
# lifecycle hook. Uses only what the stock ECS-optimized Amazon Linux 2023 AMI has: bash, coreutils, util-linux, sed, awk,
# curl, docker.
#
#   warmpath-prepull          pull what is missing, complete the hook
#   warmpath-prepull watch    stay: complete the hook where the boot could not, start the agent when the instance leaves
#                             its warm pool without a boot, remove images that nobody uses, follow a rollout in place
#
# Functions that would run in a subshell otherwise return in REPLY, so that what they learn is kept.
set -uo pipefail

CONFIG=${WARMPATH_CONFIG:-/etc/warmpath/prepull.conf}
STATE_DIR=${WARMPATH_STATE_DIR:-/var/lib/warmpath}
# The agent's unit does not start while a file is here; a boot clears it.
RUN_DIR=${WARMPATH_RUN_DIR:-/run/warmpath}
IMDS=${WARMPATH_IMDS:-http://169.254.169.254}
AGENT_CONFIG=${WARMPATH_AGENT_CONFIG:-/etc/ecs/ecs.config}
SYSTEMCTL=${WARMPATH_SYSTEMCTL:-systemctl}
DOCUMENT_PART=${WARMPATH_DOCUMENT_PART:-/usr/local/lib/warmpath/document}
KEEP_TAG=warmpath
METADATA_TOKEN_SECONDS=21600

IMAGES='' IMAGES_PARAMETER='' REGISTRY_SECRETS='' REGION='' ASG_NAME='' HOOK_NAME='' LOG_GROUP='' ECR_PATTERN='' PULL_TIMEOUT_SECONDS=900 RETRY_BASE_SECONDS=2
MIN_FREE_MB=4096 KEEP_SUPERSEDED=1 UNUSED_IMAGE_HOURS=168 ON_FAILURE=ABANDON HOOK_TIMEOUT_SECONDS=1200
ABANDON_HOLD_SECONDS=120 WATCH_SECONDS=2 CLEAN_UP_SECONDS=1800 LOG_SECONDS=10 DOCUMENT_SECONDS=60
ECR_ENDPOINT='' ECR_REGISTRY='' AUTOSCALING_ENDPOINT='' LOGS_ENDPOINT='' SECRETS_ENDPOINT=''

read_config() {
  local key value
  while IFS='=' read -r key value; do
    case $key in
      IMAGES | IMAGES_PARAMETER | REGISTRY_SECRETS | REGION | ASG_NAME | HOOK_NAME | LOG_GROUP | ECR_PATTERN | PULL_TIMEOUT_SECONDS | RETRY_BASE_SECONDS | \
        MIN_FREE_MB | KEEP_SUPERSEDED | UNUSED_IMAGE_HOURS | ON_FAILURE | HOOK_TIMEOUT_SECONDS | \
        ABANDON_HOLD_SECONDS | WATCH_SECONDS | CLEAN_UP_SECONDS | LOG_SECONDS | DOCUMENT_SECONDS | \
        ECR_ENDPOINT | ECR_REGISTRY | AUTOSCALING_ENDPOINT | LOGS_ENDPOINT | SECRETS_ENDPOINT | SSM_ENDPOINT)
        printf -v "$key" '%s' "$value" ;;
    esac
  done <"$CONFIG"
}

# --- the instance metadata service and AWS

METADATA_TOKEN='' METADATA_TOKEN_UNTIL=0 INSTANCE='' DOMAIN='' ROLE='' LIFECYCLE_STATE=''
ACCESS_KEY='' SECRET_KEY='' SESSION_TOKEN='' CREDENTIALS_UNTIL=0

imds() { # curl-arguments...; REPLY: what it printed. Never through a proxy: the address is the instance's own.
  if ((EPOCHSECONDS >= METADATA_TOKEN_UNTIL)); then
    METADATA_TOKEN=$(curl -sf --noproxy '*' -m 5 --retry 3 -X PUT \
      -H "X-aws-ec2-metadata-token-ttl-seconds: $METADATA_TOKEN_SECONDS" "$IMDS/latest/api/token") || return 1
    METADATA_TOKEN_UNTIL=$((EPOCHSECONDS + METADATA_TOKEN_SECONDS / 2))
  fi
  REPLY=$(curl -s --noproxy '*' -m 5 --retry 3 -H "X-aws-ec2-metadata-token: $METADATA_TOKEN" \
    -w '\n%{http_code}\n' "$@") || { METADATA_TOKEN_UNTIL=0 && return 1; }
}

metadata() { # path; REPLY: its value. Fails where there is none
  imds "$IMDS/latest/meta-data/$1" || return 1
  local answer=$REPLY
  REPLY=${answer%$'\n'*}
  [ "${answer##*$'\n'}" = 200 ] && return 0
  [ "${answer##*$'\n'}" = 401 ] && METADATA_TOKEN_UNTIL=0
  return 1
}

read_instance() { # what does not change, and the state, in one process
  imds "$IMDS/latest/meta-data/{instance-id,services/domain,iam/security-credentials/,autoscaling/target-lifecycle-state}" ||
    return 1
  local -a lines
  mapfile -t lines <<<"$REPLY"
  # An error page may have several lines: then each is asked for alone.
  if [ "${#lines[@]}" = 8 ]; then
    [ "${lines[1]}" = 200 ] && INSTANCE=${lines[0]}
    [ "${lines[3]}" = 200 ] && DOMAIN=${lines[2]}
    [ "${lines[5]}" = 200 ] && ROLE=${lines[4]}
    [ "${lines[7]}" = 200 ] && LIFECYCLE_STATE=${lines[6]}
  else
    metadata instance-id && INSTANCE=$REPLY
    metadata services/domain && DOMAIN=$REPLY
    metadata iam/security-credentials/ && ROLE=$REPLY
    metadata autoscaling/target-lifecycle-state && LIFECYCLE_STATE=$REPLY
  fi
  [ -n "$INSTANCE" ]
}

json_string() { # field; the JSON on stdin
  tr -d '\n' | sed -n "s/.*\"$1\" *: *\"\([^\"]*\)\".*/\1/p"
}

read_credentials() { # of the instance role, once in ten minutes: a role's last for hours
  ((EPOCHSECONDS < CREDENTIALS_UNTIL)) && return 0
  if [ -z "$ROLE" ]; then metadata iam/security-credentials/ && ROLE=$REPLY || return 1; fi
  metadata "iam/security-credentials/$ROLE" || return 1
  ACCESS_KEY=$(json_string AccessKeyId <<<"$REPLY")
  SECRET_KEY=$(json_string SecretAccessKey <<<"$REPLY")
  SESSION_TOKEN=$(json_string Token <<<"$REPLY")
  [ -n "$ACCESS_KEY" ] && CREDENTIALS_UNTIL=$((EPOCHSECONDS + 600))
}

STATUS=0

aws_call() { # seconds service region url curl-arguments...; REPLY: the body, STATUS: of HTTP, or 000 without an answer
  local seconds=$1 service=$2 region=$3 url=$4 answer
  shift 4
  REPLY='' STATUS=credentials
  read_credentials || return 1
  # The secret goes through a configuration on stdin: arguments are visible to every process.
  answer=$(curl -sS --connect-timeout 5 -m "$seconds" --aws-sigv4 "aws:amz:$region:$service" -K - \
    -w '\n%{http_code}' -X POST "$@" "$url" <<CURL
user = "$ACCESS_KEY:$SECRET_KEY"
header = "x-amz-security-token: $SESSION_TOKEN"
CURL
  )
  STATUS=${answer##*$'\n'} REPLY=${answer%$'\n'*}
  [ "$STATUS" = 200 ]
}

endpoint() { # service region; its address in this partition
  printf 'https://%s.%s.%s/' "$1" "$2" "${DOMAIN:-amazonaws.com}"
}

# --- pulling

seconds_left() { printf '%s' $((PULL_TIMEOUT_SECONDS - SECONDS)); }

back_off() { # attempt seconds-left; doubles up to about a minute, with jitter, and never past what is left
  local seconds=$((RETRY_BASE_SECONDS << ($1 < 5 ? $1 - 1 : 4)))
  seconds=$((seconds + RANDOM % (seconds + 1)))
  sleep $((seconds < $2 ? seconds : ($2 > 0 ? $2 : 0)))
}

failure_of_call() { # an AWS call that failed -> one word for the log
  case $STATUS/$REPLY in
    credentials/*) printf no-credentials ;;
    000/*) printf unreachable ;;
    *'ignature expired'* | *'ignature not yet current'* | */*RequestExpired* | *RequestTimeTooSkewed*) printf clock-wrong ;;
    429/* | *Throttl* | *TooManyRequests* | *'ate exceeded'*) printf throttled ;;
    *ExpiredToken* | *UnrecognizedClient* | *InvalidClientTokenId*) printf no-credentials ;;
    5*/*) printf server-error ;;
    */*ParameterNotFound*) printf no-document ;;
    *) printf denied ;;
  esac
}

failure_of_pull() { # what docker printed -> one word for the log
  case $1 in
    *'no space left'*) printf disk-full ;;
    *'manifest unknown'* | *'not found'*) printf unknown-digest ;;
    *'no matching manifest'* | *'does not match the specified platform'*) printf wrong-platform ;;
    *toomanyrequests* | *'Too Many Requests'* | *'Rate exceeded'*) printf throttled ;;
    *'certificate has expired or is not yet valid'*) printf clock-wrong ;;
    *'HTTP status: 5'* | *'HTTP status code: 5'* | *' 50'[0-9]' '*) printf server-error ;;
    *'no basic auth'* | *[Uu]nauthorized* | *denied*) printf denied ;;
    *) printf unreachable ;;
  esac
}

declare -A LOGINS=()

ecr_endpoint() { # registry region; the API in front of it: its name tells FIPS and dual-stack
  local dash=${BASH_REMATCH[2]} fips=${BASH_REMATCH[3]} domain=${BASH_REMATCH[5]}
  if [ "$dash" = - ]; then
    printf 'https://ecr%s.%s.api.%s/' "$fips" "$2" "${domain#on.}"
  elif [ -n "$fips" ]; then
    printf 'https://ecr-fips.%s.%s/' "$2" "$domain"
  else
    printf 'https://api.ecr.%s.%s/' "$2" "$domain"
  fi
}

json_text() { # field; the JSON on stdin: a string that may hold escapes
  sed -n "s/.*\"$1\" *: *\"\(\([^\"\\\\]\|\\\\.\)*\)\".*/\1/p" |
    sed -e 's/\\\\/\x01/g' -e 's:\\\([/"]\):\1:g' -e 's/\x01/\\\\/g' |
    { read -r REPLY && LC_ALL=C.UTF-8 printf '%b' "$REPLY"; }
}

registry_secret() { # registry; REPLY: ARN of the secret with its login. Fails where it has none
  local entry
  while read -r -d, entry; do [ "${entry%%=*}" = "$1" ] && REPLY=${entry#*=} && return 0; done <<<"$REGISTRY_SECRETS,"
  return 1
}

read_secret() { # ARN; REPLY: user and password as Docker keeps them
  local region user password
  region=$(cut -d: -f4 <<<"$1")
  aws_call 30 secretsmanager "$region" "${SECRETS_ENDPOINT:-$(endpoint secretsmanager "$region")}" \
    -H 'content-type: application/x-amz-json-1.1' -H 'x-amz-target: secretsmanager.GetSecretValue' \
    -d "{\"SecretId\":\"$1\"}" || return 1
  REPLY=$(json_text SecretString <<<"$REPLY")
  user=$(json_text username <<<"$REPLY") password=$(json_text password <<<"$REPLY")
  REPLY='no username and password in the secret'
  [ -n "$user" ] && [ -n "$password" ] || return 1
  REPLY=$(printf '%s:%s' "$user" "$password" | base64 -w0)
}

read_token() { # registry region; REPLY: the token of ECR
  aws_call 30 ecr "$2" "${ECR_ENDPOINT:-$(ecr_endpoint "$1" "$2")}" -H 'content-type: application/x-amz-json-1.1' \
    -H 'x-amz-target: AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken' -d '{}' || return 1
  REPLY=$(json_string authorizationToken <<<"$REPLY")
}

read_login() { # registry; REPLY: user and password as Docker keeps them, empty where a pull needs none; LOGIN_CALL: what was asked
  LOGIN_CALL=GetAuthorizationToken
  if registry_secret "$1"; then
    LOGIN_CALL=GetSecretValue
    read_secret "$REPLY"
  elif [ "$1" = "$ECR_REGISTRY" ]; then
    read_token "$1" "$REGION"
  elif [[ -n $ECR_PATTERN && $1 =~ $ECR_PATTERN ]]; then
    read_token "$1" "${BASH_REMATCH[4]}"
  else
    REPLY=''
  fi
}

login() { # registry; once a run, in a directory of this run only. Sets REASON when it fails
  local registry=$1 entries='' host
  [ -z "${LOGINS[$registry]:-}" ] || return 0
  if ! read_login "$registry"; then
    REASON=$(failure_of_call)
    [ "$REASON" = no-credentials ] && CREDENTIALS_UNTIL=0
    printf '%s: %s %s\n' "$LOGIN_CALL" "$STATUS" "$REPLY" >&2
    return 1
  fi
  [ -n "$REPLY" ] || return 0
  LOGINS[$registry]=$REPLY
  for host in "${!LOGINS[@]}"; do
    # Docker's own name of its hub.
    entries+=",\"${host/#docker.io/https://index.docker.io/v1/}\":{\"auth\":\"${LOGINS[$host]}\"}"
  done
  printf '{"auths":{%s}}' "${entries#,}" >"$DOCKER_CONFIG/config.json"
}

pull_once() { # reference; sets REASON when it fails
  local reference=$1 left said status
  left=$(seconds_left) REASON=timed-out
  ((left > 0)) || return 1
  PULL_ATTEMPTS=$((PULL_ATTEMPTS + 1))
  login "${reference%%/*}" || return 1
  said=$(timeout --foreground -k 5 "$left" docker pull -q "$reference" 2>&1 >/dev/null) && return 0
  status=$?
  ((status == 124 || status == 137)) && return 1
  REASON=$(failure_of_pull "$said")
  [ "$REASON" = denied ] && unset "LOGINS[${reference%%/*}]"
  printf '%s\n' "$said" >&2
  return 1
}

# Tries until the time is over, whatever the reason: a missing image may still come, a role may still get its permission.
# And an instance that gave up at once would be replaced at once, by one that fails as fast: a circle of launches.
pull() { # reference; sets REASON when it fails
  local attempt=0 reported=''
  until pull_once "$1"; do
    [ "$REASON" = timed-out ] && break
    if [ "$REASON" != "$reported" ]; then
      reported=$REASON
      publish "$(report_line retrying none "$REASON")" &
    fi
    back_off $((++attempt)) "$(seconds_left)"
    (($(seconds_left) > 0)) || break
  done
  if [ "$REASON" = timed-out ] && [ -n "$reported" ]; then REASON=$reported; fi
  present "$1"
}

present() { docker image inspect "$1" >/dev/null 2>&1; }

keep() { # reference; a local tag keeps a digest pull out of reach of `docker image prune`
  local digest=${1##*@sha256:}
  docker tag "$1" "${1%@*}:$KEEP_TAG-${digest:0:12}"
}

free_mb() { df -Pm "$DOCKER_ROOT" | awk 'NR==2 {print $4}'; }

ensure() { # reference
  if present "$1"; then
    OUTCOMES+=(present)
  else
    (($(free_mb) >= MIN_FREE_MB)) || remove_superseded 0
    until (($(free_mb) >= MIN_FREE_MB)); do
      if (($(seconds_left) <= 0)); then
        OUTCOMES+=(disk-full) REASON=disk-full
        return 1
      fi
      # Nothing here frees it, but it holds the place: see pull.
      back_off 5 "$(seconds_left)"
    done
    if ! pull "$1"; then
      OUTCOMES+=("$REASON")
      return 1
    fi
    OUTCOMES+=(pulled)
  fi
  keep "$1"
}

all_kept() { # references...; mostly all are there, and kept: one process says so
  local tags count=0
  while read -r tags; do
    [[ $tags == *":$KEEP_TAG-"* ]] && count=$((count + 1))
  done < <(docker image inspect -f '{{join .RepoTags " "}} ' "$@" 2>/dev/null)
  ((count == $#))
}

ensure_all() { # sets OUTCOMES; fails where one of WANTED does, while those of BESIDE are only noted in FAILED
  local reference result=0
  if all_kept "${WANTED[@]}" ${BESIDE[@]+"${BESIDE[@]}"}; then
    for reference in "${WANTED[@]}"; do OUTCOMES+=(present); done
    return 0
  fi
  for reference in "${WANTED[@]}"; do ensure "$reference" || note_failure "$reference" || result=1; done
  # An instance that is abandoned needs no more, and the others have their time.
  ((result == 0)) || return 1
  for reference in ${BESIDE[@]+"${BESIDE[@]}"}; do ensure "$reference" || note_failure "$reference"; done
  return 0
}

note_failure() { # reference; of the last pull
  FAILED+=",$1=$REASON"
  return 1
}

# --- images that nobody uses: with its pull behaviour prefer-cached the agent removes none

wanted_ids() {
  local reference
  for reference in "${NAMED[@]}"; do docker image inspect -f '{{.Id}}' "$reference" 2>/dev/null; done
}

remove_image() { # id; by its names, never by force: an image that a container uses stays
  docker ps -aq --filter "ancestor=$1" | grep -q . && return 0
  docker image inspect -f '{{range .RepoTags}}{{println .}}{{end}}{{range .RepoDigests}}{{println .}}{{end}}{{.Id}}' "$1" 2>/dev/null |
    while read -r name; do [ -n "$name" ] && docker image rm "$name" >/dev/null 2>&1; done
}

superseded() { # how many to keep per repository of what earlier runs pulled and nobody wants now; newest first
  docker image ls --no-trunc --format '{{.Repository}} {{.ID}} {{.Tag}}' |
    awk -v keep="$1" -v tag="^$KEEP_TAG-" '
      NR == FNR { wanted[$1]; next }
      $3 ~ tag && !($2 in wanted) && !seen[$1, $2]++ && ++count[$1] > keep { print $2 }
    ' <(wanted_ids; printf 'none\n') -
}

remove_superseded() { # how many to keep per repository
  local id
  superseded "$1" | while read -r id; do remove_image "$id"; done
}

unwanted() { # images that are neither wanted, nor kept for a rollback, nor of a container, nor the agent's own
  docker image ls --no-trunc --format '{{.ID}} {{.Repository}}' |
    awk '$2 !~ /^(amazon\/amazon-ecs-|ecs-service-connect-agent)/ { print $1 }' | sort -u | grep -vxF -f <(
    wanted_ids
    comm -13 <(superseded "$KEEP_SUPERSEDED" | sort -u) <(superseded 0 | sort -u)
    docker ps -aq --no-trunc | xargs -r docker inspect -f '{{.Image}}'
    printf 'none\n'
  )
}

clean_up() { # removes what was unused for UNUSED_IMAGE_HOURS, and, while space is short, what is unused at all
  local id since unused="$STATE_DIR/unused" now=$EPOCHSECONDS
  local -A seen=()
  if [ -f "$unused" ]; then while read -r id since; do seen[$id]=$since; done <"$unused"; fi
  if (($(free_mb) >= MIN_FREE_MB)); then remove_superseded "$KEEP_SUPERSEDED"; else remove_superseded 0; fi
  unwanted | while read -r id; do
    since=${seen[$id]:-$now}
    if ((now - since >= UNUSED_IMAGE_HOURS * 3600)) || (($(free_mb) < MIN_FREE_MB)); then
      remove_image "$id"
    else
      printf '%s %s\n' "$id" "$since"
    fi
  done >"$unused.new"
  mv -f "$unused.new" "$unused"
}

# --- the launch hook and the agent

# An instance that waits in a pool goes into service from there. The agent registers once, on the way out, and takes what
# its configuration says then; for an instance outside any group nothing is known.
note_origin() {
  case $HOOK_NAME/$TARGET in
    ?*/Warmed:*) ;;
    *) return 0 ;;
  esac
  grep -qs '"warmpath.origin":"cold-launch"' "$AGENT_CONFIG" || return 0
  sed -i 's/"warmpath.origin":"[a-z-]*"/"warmpath.origin":"warm-pool"/' "$AGENT_CONFIG"
}

in_pool() { [[ -n $HOOK_NAME && $TARGET == Warmed:* ]]; }

# In the pool the agent has nothing to do, and it asks only once a minute whether the instance has left.
hold_agent() { mkdir -p "$RUN_DIR" && : >"$RUN_DIR/agent-held"; }

start_agent() {
  [ -e "$RUN_DIR/agent-held" ] || return 0
  rm -f "$RUN_DIR/agent-held"
  "$SYSTEMCTL" start --no-block ecs
}

# The group waits for an answer at each transition of the instance, into the pool and into service. The last transition is
# on disk with what becomes of it: new, CONTINUE or ABANDON until the group has taken the answer, then settled or abandoned,
# and until when the group waits. So none is missed between two starts of the program, and a plain reboot in service asks
# nothing.
TARGET='' ANSWER='' DEADLINE=0

load_transition() {
  local instance=''
  [ -f "$STATE_DIR/transition" ] && read -r instance TARGET ANSWER DEADLINE <"$STATE_DIR/transition"
  # What another instance left came with an image of its disk.
  [ "$instance" = "$INSTANCE" ] || TARGET='' ANSWER=''
}

save_transition() { # answer
  ANSWER=$1
  printf '%s %s %s %s\n' "${INSTANCE:-unknown}" "${TARGET:-unknown}" "$ANSWER" "$DEADLINE" >"$STATE_DIR/transition.new" &&
    mv -f "$STATE_DIR/transition.new" "$STATE_DIR/transition"
}

see_transition() { # while the metadata service is silent, what is known stands
  [ -n "$LIFECYCLE_STATE" ] && [ "$LIFECYCLE_STATE" != "$TARGET" ] && TARGET=$LIFECYCLE_STATE ANSWER=''
  case $HOOK_NAME/$TARGET in
    /* | */Terminated | */Standby | */Detached) case $ANSWER in settled | abandoned) ;; *) save_transition settled ;; esac ;;
    *) [ -n "$ANSWER" ] || ANSWER=new DEADLINE=$((EPOCHSECONDS + HOOK_TIMEOUT_SECONDS)) ;;
  esac
}

complete_hook() { # CONTINUE or ABANDON; calls once, and fails as long as calling again can help. Sets HOOK
  [ -n "$INSTANCE" ] || read_instance
  aws_call 10 autoscaling "$REGION" "${AUTOSCALING_ENDPOINT:-$(endpoint autoscaling "$REGION")}" \
    --data-urlencode "Action=CompleteLifecycleAction" --data-urlencode "Version=2011-01-01" \
    --data-urlencode "AutoScalingGroupName=$ASG_NAME" --data-urlencode "LifecycleHookName=$HOOK_NAME" \
    --data-urlencode "InstanceId=$INSTANCE" --data-urlencode "LifecycleActionResult=$1"
  case $REPLY in
    *CompleteLifecycleActionResult*) HOOK=$1 ;;
    # Completed by somebody else; or this boot was faster than the group, which has yet to begin to wait.
    *'No active Lifecycle Action'*) HOOK=none ;;
    *) HOOK=failed && printf 'CompleteLifecycleAction: %s %s\n' "$STATUS" "$REPLY" >&2 ;;
  esac
  [ "$HOOK" = "$1" ] || ((EPOCHSECONDS >= DEADLINE)) || return 1
  if [ "$1" = ABANDON ]; then save_transition abandoned; else save_transition settled; fi
  return 0
}

answer_hook() { # CONTINUE or ABANDON; sets HOOK
  local attempt=0
  HOOK=none
  case $ANSWER in settled | abandoned) return ;; esac
  save_transition "$1"
  until complete_hook "$1"; do
    # With the images there the agent may start: the watch unit goes on.
    [ "$1" = CONTINUE ] && HOOK=pending && return
    back_off $((++attempt)) $((DEADLINE - EPOCHSECONDS))
  done
}

# --- the log

report_line() { # result hook outcomes
  local document=''
  # What is on the disk is said at the end alone.
  [ -z "$IMAGES_PARAMETER" ] || [ "$1" = retrying ] || { document_fields && document=,$REPLY; }
  printf '{"event":"prepull","result":"%s","group":"%s","target":"%s","images":"%s","outcomes":"%s","attempts":%d,"seconds":%d,"freeMib":%d,"hook":"%s"%s}\n' \
    "$1" "$ASG_NAME" "$TARGET" "$IMAGES" "$3" "$PULL_ATTEMPTS" "$SECONDS" "$FREE_MIB" "$2" "$document"
}

logs_call() { # seconds operation body
  aws_call "$1" logs "$REGION" "${LOGS_ENDPOINT:-$(endpoint logs "$REGION")}" \
    -H 'content-type: application/x-amz-json-1.1' -H "x-amz-target: Logs_20140328.$2" -d "$3"
}

publish() { # line; best effort, within LOG_SECONDS
  local stream event
  [ -n "$LOG_GROUP" ] || return 0
  stream="\"logGroupName\":\"$LOG_GROUP\",\"logStreamName\":\"${INSTANCE:-unknown}\""
  event="{\"timestamp\":$(date +%s%3N),\"message\":\"${1//\"/\\\"}\"}"
  logs_call $((LOG_SECONDS / 2)) PutLogEvents "{$stream,\"logEvents\":[$event]}" && return
  case $REPLY in
    *ResourceNotFound*)
      logs_call $((LOG_SECONDS / 4)) CreateLogStream "{$stream}"
      logs_call $((LOG_SECONDS / 4)) PutLogEvents "{$stream,\"logEvents\":[$event]}" && return ;;
  esac
  printf 'PutLogEvents: %s %s\n' "$STATUS" "$REPLY" >&2
}

report_hook() { # how the answer that was left to the watch unit ended
  local line
  printf -v line '{"event":"launch-hook","group":"%s","target":"%s","hook":"%s","seconds":%d}' \
    "$ASG_NAME" "$TARGET" "$HOOK" $((EPOCHSECONDS - DEADLINE + HOOK_TIMEOUT_SECONDS))
  printf '%s\n' "$line"
  publish "$line"
}

# --- the two ways to run

wait_for_docker() {
  until DOCKER_ROOT=$(docker info -f '{{.DockerRootDir}}' 2>/dev/null) && [ -n "$DOCKER_ROOT" ]; do
    (($(seconds_left) > 0)) || return 1
    sleep 1
  done
}

run_once() {
  local result=ok answer=CONTINUE before=$ANSWER outcomes
  OUTCOMES=() PULL_ATTEMPTS=0 REASON='' FAILED='' FREE_MIB=0
  note_origin
  if [ -n "$IMAGES_PARAMETER" ] && ! await_document; then
    OUTCOMES+=("${REASON:-no-document}")
    result=failed
  elif wait_for_docker; then
    [ -z "$IMAGES_PARAMETER" ] || plan_images
    ensure_all || result=failed
    [ -z "$IMAGES_PARAMETER" ] || held
    FREE_MIB=$(free_mb)
  else
    OUTCOMES+=(no-docker)
    result=failed
  fi
  if [ -e "$RUN_DIR/user-data-failed" ]; then
    rm -f "$RUN_DIR/user-data-failed"
    OUTCOMES+=(user-data) result=failed
    publish "$(report_line retrying none user-data)" &
    # Nothing here mends it, but it holds the place: see pull.
    if [ "$ON_FAILURE" = ABANDON ] && (($(seconds_left) > 0)); then sleep "$(seconds_left)"; fi
  fi
  [ "$result" = ok ] || answer=$ON_FAILURE
  outcomes=$(IFS=,; printf '%s' "${OUTCOMES[*]}")
  if in_pool; then hold_agent; elif [ "$answer" = CONTINUE ]; then start_agent; fi
  # Before two processes ask for them.
  read_credentials
  if in_pool || [ "$answer" = ABANDON ]; then
    # Right after its answer the instance may be stopped or terminated, and the agent waits for nothing here.
    publish "$(report_line "$result" "$answer" "$outcomes")"
  else
    publish "$(report_line "$result" "$answer" "$outcomes")" &
  fi
  answer_hook "$answer"
  # For the journal and the console, and the same as a state file.
  report_line "$result" "$HOOK" "$outcomes" | tee "$STATE_DIR/prepull.json.new"
  mv -f "$STATE_DIR/prepull.json.new" "$STATE_DIR/prepull.json"
  # The group terminates it, by this answer or at the end of its own wait: an agent that registered now would be given tasks.
  if [ "$before" = new ] && [ "$answer" = ABANDON ]; then sleep "$ABANDON_HOLD_SECONDS"; fi
  [ "$result" = ok ]
}

watch() {
  local attempt=0 cleaned=0
  while :; do
    # A boot that runs at the same moment plans for itself.
    if [ -n "$IMAGES_PARAMETER" ] && [ "$ANSWER" = settled ]; then look_at_document; fi
    if metadata autoscaling/target-lifecycle-state; then LIFECYCLE_STATE=$REPLY; fi
    see_transition
    case $ANSWER in
      # No boot began it: the instance leaves a pool of running or hibernated instances.
      new) attempt=0 SECONDS=0 && run_once ;;
      CONTINUE | ABANDON) complete_hook "$ANSWER" && report_hook ;;
      settled) in_pool || start_agent ;;
    esac
    case $ANSWER/$TARGET in
      # Only a stay in standby can follow, for which a look a minute is soon enough.
      settled/InService | abandoned/*)
        if ((EPOCHSECONDS - cleaned >= CLEAN_UP_SECONDS)) && wait_for_docker; then clean_up && cleaned=$EPOCHSECONDS; fi
        if [ -n "$IMAGES_PARAMETER" ]; then sleep $((DOCUMENT_SECONDS / 4 + 1)); else sleep $((WATCH_SECONDS * 30)); fi ;;
      settled/*) sleep "$WATCH_SECONDS" ;;
      *) back_off $((++attempt)) $((DEADLINE - EPOCHSECONDS)) ;;
    esac
  done
}

main() {
  read_config
  if [ -n "$IMAGES_PARAMETER" ]; then
    # shellcheck disable=SC1090
    . "$DOCUMENT_PART" || exit 1
    # A document names what a rollback needs.
    KEEP_SUPERSEDED=0
  fi
  mkdir -p "$STATE_DIR"
  # User data and the unit may both start it on the first boot; the second finds the work done.
  exec 9>"$STATE_DIR/prepull.lock"
  DOCKER_CONFIG=$(mktemp -d) && export DOCKER_CONFIG
  trap 'rm -rf "$DOCKER_CONFIG"' EXIT
  IFS=, read -r -a WANTED <<<"$IMAGES"
  NAMED=("${WANTED[@]}") BESIDE=() FAILED='' FREE_MIB=0 PULL_ATTEMPTS=0
  # The watch unit must know whose transition is on disk; the boot must not wait for ever.
  until read_instance; do
    if [ "${1:-}" != watch ] && ((SECONDS >= 10)); then break; fi
    sleep 2
  done
  if [ -z "$REGION" ]; then metadata placement/region && REGION=$REPLY; fi
  load_transition
  if [ "${1:-}" = watch ]; then
    trap '[ -z "$IMAGES_PARAMETER" ] || stop_following; exit 0' TERM INT
    watch
  else
    flock 9
    load_transition
    see_transition
    run_once
  fi
}

main "$@"
