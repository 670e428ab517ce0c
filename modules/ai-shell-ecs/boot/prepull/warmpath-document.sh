#!/bin/bash
# The part of warmpath-prepull that follows a rollout in place, installed where there is one. A document names the images, and each
# is current, next or previous. An instance takes tasks with current on its disk; next, which has yet to prove itself, never
# costs a launch.

GENERATION=0 PHASE='' WAVE=0 STALE=false HELD='' LATER=()
declare -A SLOTS=()
REFERENCE='^[a-z0-9][a-z0-9.:-]*/[a-z0-9._/-]+@sha256:[0-9a-f]{64}$'

wave_bucket() { # REPLY: FNV-1a of the instance's id, modulo 100: as the driver computes it
  local hash=$((16#811c9dc5)) at ordinal
  for ((at = 0; at < ${#INSTANCE}; at++)); do
    printf -v ordinal '%d' "'${INSTANCE:at:1}"
    hash=$(((hash ^ ordinal) * 16777619 & 16#ffffffff))
  done
  REPLY=$((hash % 100))
}

take_document() { # generation value; fails on what the driver did not write
  local word phase='' wave='' currents=0
  local -a words
  local -A slots=()
  read -ra words <<<"$2"
  [ "${words[0]:-}" = v=1 ] && [[ $1 =~ ^[0-9]+$ ]] || return 1
  for word in "${words[@]}"; do
    case $word in
      phase=*) phase=${word#*=} ;;
      wave=*) wave=${word#*=} ;;
      *.current=* | *.next=* | *.previous=*)
        [[ ${word#*=} =~ $REFERENCE ]] || return 1
        [[ $word == *.current=* ]] && currents=$((currents + 1))
        slots[${word%%=*}]=${word#*=} ;;
    esac
  done
  [[ -n $phase && $wave =~ ^[0-9]+$ ]] && ((currents > 0)) || return 1
  GENERATION=$1 PHASE=$phase WAVE=$wave SLOTS=()
  for word in "${!slots[@]}"; do SLOTS[$word]=${slots[$word]}; done
}

read_document() { # asks once; without an answer the last good copy of this instance stands, as STALE. Fails where there is none
  local copy="$STATE_DIR/images" instance generation value
  if aws_call 5 ssm "$REGION" "${SSM_ENDPOINT:-$(endpoint ssm "$REGION")}" -H 'content-type: application/x-amz-json-1.1' \
    -H 'x-amz-target: AmazonSSM.GetParameter' -d "{\"Name\":\"$IMAGES_PARAMETER\"}"; then
    value=$(json_string Value <<<"$REPLY")
    generation=$(tr -d '\n' <<<"$REPLY" | sed -n 's/.*"Version" *: *\([0-9]*\).*/\1/p')
    REASON=bad-document
    if take_document "$generation" "$value"; then
      STALE=false REASON=''
      printf '%s %s %s\n' "$INSTANCE" "$generation" "$value" >"$copy.new" && mv -f "$copy.new" "$copy"
      return 0
    fi
  else
    REASON=$(failure_of_call)
    [ "$REASON" = no-credentials ] && CREDENTIALS_UNTIL=0
  fi
  printf 'GetParameter: %s %s\n' "$STATUS" "$REPLY" >&2
  STALE=true
  ((GENERATION == 0)) || return 0
  # What another instance left came with an image of its disk.
  [ -f "$copy" ] && read -r instance generation value <"$copy" && [ "$instance" = "$INSTANCE" ] && take_document "$generation" "$value"
}

# A first boot waits for it as for a pull; a later one, which tasks may wait for, asks once more and goes on with its copy.
await_document() {
  local attempt=0
  until read_document && { [ "$STALE" = false ] || ((attempt > 0)); }; do
    (($(seconds_left) > 0)) || return 1
    back_off $((++attempt)) "$(seconds_left)"
  done
}

slots_of() { # slot; REPLY: its references, in the order of the names
  local key
  REPLY=''
  while read -r key; do
    [ -z "$key" ] || REPLY+=" ${SLOTS[$key]}"
  done < <(printf '%s\n' "${!SLOTS[@]}" | grep "\\.$1\$" | sort)
}

# WANTED: without these no tasks; BESIDE: waited for too, but no reason to fail; LATER: beside running tasks; NAMED: never removed.
plan_images() {
  local next previous
  slots_of current && read -ra WANTED <<<"$REPLY"
  slots_of next && next=$REPLY
  slots_of previous && previous=$REPLY
  read -ra NAMED <<<"${WANTED[*]}$next$previous"
  IMAGES=$(IFS=,; printf '%s' "${WANTED[*]}")
  BESIDE=() LATER=()
  wave_bucket
  # In the pool there is no later: it sleeps once its hook is completed. Tasks of next may come at any moment in a switch.
  if in_pool; then
    read -ra BESIDE <<<"$next$previous"
  elif [ "$PHASE" = switch ]; then
    read -ra BESIDE <<<"$next" && read -ra LATER <<<"$previous"
  elif ((REPLY < WAVE)); then
    read -ra LATER <<<"$next$previous"
  else
    read -ra LATER <<<"$previous"
  fi
}

held() { # HELD: those of NAMED that are on the disk, with commas
  local digest
  local -A there=()
  while read -r digest; do [ -n "$digest" ] && there[$digest]=1; done < <(
    docker image inspect -f '{{join .RepoDigests "\n"}}' "${NAMED[@]}" 2>/dev/null
  )
  HELD=''
  for digest in "${NAMED[@]}"; do [ -z "${there[$digest]:-}" ] || HELD+=",$digest"; done
  HELD=${HELD#,}
}

document_fields() { # REPLY: what a line says of the document and of the disk
  printf -v REPLY '"generation":%d,"stale":%s,"held":"%s","failed":"%s"' "$GENERATION" "$STALE" "$HELD" "${FAILED#,}"
}

follow_document() { # a process of its own, beside tasks and the watch; says what is on the disk when it is through
  local reference line
  SECONDS=0 OUTCOMES=() PULL_ATTEMPTS=0 FAILED=''
  wait_for_docker || return
  if [ "$STALE" = false ]; then
    for reference in "${WANTED[@]}" ${BESIDE[@]+"${BESIDE[@]}"} ${LATER[@]+"${LATER[@]}"}; do
      ensure "$reference" || note_failure "$reference"
    done
    remove_superseded 0
  fi
  held
  document_fields
  printf -v line '{"event":"images","group":"%s","target":"%s","seconds":%d,"attempts":%d,%s}' \
    "$ASG_NAME" "$TARGET" "$SECONDS" "$PULL_ATTEMPTS" "$REPLY"
  printf '%s\n' "$line"
  publish "$line"
}

FOLLOWER='' FOLLOWED='' FOLLOWED_IMAGES='' NEXT_LOOK=0

stop_following() {
  [ -n "$FOLLOWER" ] && kill -- "-$FOLLOWER" 2>/dev/null
  FOLLOWER=''
}

look_at_document() { # one follower for each generation; one that pulls what nobody names any more is ended
  local reference
  ((EPOCHSECONDS >= NEXT_LOOK)) || return 0
  NEXT_LOOK=$((EPOCHSECONDS + DOCUMENT_SECONDS / 2 + RANDOM % (DOCUMENT_SECONDS + 1)))
  read_document || return 0
  plan_images
  if [ -n "$FOLLOWER" ] && kill -0 "$FOLLOWER" 2>/dev/null; then
    for reference in $FOLLOWED_IMAGES; do
      [[ " ${NAMED[*]} " == *" $reference "* ]] || stop_following
    done
    [ -z "$FOLLOWER" ] || return 0
  fi
  [ "$GENERATION $STALE" != "$FOLLOWED" ] || return 0
  FOLLOWED="$GENERATION $STALE" FOLLOWED_IMAGES="${BESIDE[*]} ${LATER[*]}"
  # A group of its own, so that it ends with its pull.
  set -m
  follow_document &
  FOLLOWER=$!
  set +m
}
