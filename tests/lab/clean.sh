#!/usr/bin/env bash
# Checks that the laboratory leaves no process, namespace, mount, file or rule behind: after success, if it can't begin, and after
# SIGTERM, once while it is being built and once while it attaches.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/lab-clean.XXXXXX")
trap 'rm -rf "$work"' EXIT

# Prints what is left of the laboratory whose driver had this process id. Others may run at the same time.
left_by() {
  local pid=$1
  find /run/netns "${TMPDIR:-/tmp}" -maxdepth 1 -name "droveway-lab-$pid*" 2>/dev/null || true
  grep -h "droveway-lab-$pid" /proc/self/mountinfo || true
  for process in /proc/[0-9]*/cmdline; do
    if { tr '\0' ' ' <"$process" | grep -q "droveway-lab-$pid"; } 2>/dev/null; then echo "$process"; fi
  done
  ip -o link show | grep -E 'mig[a-h]-[0-9]|mgmt-|br-(mig|jumbo|part|lonely)' || true
}
# The rules of this network namespace, without their counters.
rules() { nft list ruleset 2>/dev/null | sed 's/packets [0-9]* bytes [0-9]*//'; }

# check NAME STATUS EXPECTED: checks the run that has just ended, with process id $pid.
check() {
  local left
  for _ in $(seq 50); do
    left=$(left_by "$pid")
    [ -n "$left" ] || break
    sleep 0.1
  done
  [ "$2" = "$3" ] || { echo "lab: $1: status $2, expected $3"; cat "$work/log"; exit 1; }
  [ -z "$left" ] || { echo "lab: $1: left behind: $left"; exit 1; }
  [ "$(rules)" = "$before" ] || { echo "lab: $1: rules are left behind"; exit 1; }
  echo "ok - $1: nothing is left"
}

# start CASES [OPTION...]: `run` executes the driver, so the process id is that of the driver.
start() {
  "$here/run" --cases "$1" --out "$work/results" "${@:2}" >"$work/log" 2>&1 &
  pid=$!
}
finish() { status=0; wait "$pid" || status=$?; }
until_log() {
  for _ in $(seq 1800); do
    ! grep -q "$1" "$work/log" || return 0
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  echo "lab: timeout waiting for \"$1\""; cat "$work/log"; exit 1
}

(cd "$here" && CGO_ENABLED=0 go test -mod=readonly .)
before=$(rules)
head -n 40 "$here/corpus/reality.jsonl" >"$work/many"
head -n 3 "$work/many" >"$work/few"
start "$work/few"; finish; check success "$status" 0
echo '{"id": "broken' >"$work/broken"
start "$work/broken"; finish; check "an unreadable case" "$status" 1
echo '{"id": "story", "config": "{}", "steps": ["add virt-handler", " "]}' >"$work/broken"
start "$work/broken"; finish; check "an empty step" "$status" 1
grep -qF 'story: step 2 (" "): the step is empty' "$work/log" || { echo "lab: an empty step:"; cat "$work/log"; exit 1; }
mkdir "$work/empty"
start "$work/few" --assets "$work/empty"; finish; check "no kube-apiserver" "$status" 1
start "$work/many"
for _ in $(seq 600); do
  ! ls /run/netns/droveway-lab-"$pid"-*-cp >/dev/null 2>&1 || break
  sleep 0.1
done
sleep 1; kill -TERM "$pid"; finish; check "SIGTERM while it is built" "$status" 1
start "$work/many"; until_log '^21/40'; kill -TERM "$pid"; finish; check "SIGTERM while it attaches" "$status" 1
start "$work/many"; until_log '^2/40'; kill -KILL "$pid"; finish
killed=$pid
start "$work/few"; finish; check "a run after one that was killed" "$status" 0
pid=$killed; check "the one that was killed" 0 0
