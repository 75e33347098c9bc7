#!/usr/bin/env bash
# Attacks a server and measures what an honest client notices; see README.md in this folder. Everything is on loopback, on a free port.
#
# Environment: BUILD (build), ATTACK_SECONDS (5, for each attack), ATTACKS (names; default: all of them).
set -euo pipefail
cd "$(dirname "$0")/../.."
droveway=${BUILD:-build}/droveway
seconds=${ATTACK_SECONDS:-5}
timeout=5

die() {
  printf 'attacks: %s\n' "$1" >&2
  exit 2
}
for tool in python3 slowhttptest; do
  command -v "$tool" >/dev/null || die "$tool is missing; tools/deps.sh attacks installs it"
done
[ -x "$droveway" ] || die "there is no $droveway; run make first"
export PYTHONDONTWRITEBYTECODE=1
read -ra attacks <<<"${ATTACKS:-$(python3 tests/attacks/attack.py | tr '\n' ' ')}"
ulimit -n "$(ulimit -Hn)"

work=$(mktemp -d "${TMPDIR:-/tmp}/droveway-attacks.XXXXXX")
attack=''
declare -A servers=() ports=()
clean_up() {
  local pid
  for pid in ${attack:+"-$attack"} "${servers[@]}"; do kill -KILL -- "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

"$droveway" certs --dir "$work" --dns localhost,127.0.0.1 >/dev/null
# start NAME OPTION...
start() {
  local name=$1
  mkdir "$work/$name"
  cp "$work"/*.crt "$work"/*.key "$work/$name"
  : >"$work/$name/log"
  "$droveway" serve --listen 127.0.0.1:0 --tls-cert "$work/tls.crt" --tls-key "$work/tls.key" --state demo/state \
    --request-timeout "${timeout}s" --shutdown-delay 0s --metrics-listen 127.0.0.1:0 "${@:2}" 2>>"$work/$name/log" &
  servers[$name]=$!
  for _ in $(seq 200); do
    ports[$name]=$(sed -n 's/.*127\.0\.0\.1:\([0-9]\+\).*/\1/p' "$work/$name/log" | head -n 1)
    [ -z "${ports[$name]}" ] || return 0
    kill -0 "${servers[$name]}" 2>/dev/null || die "the server does not start: $(tail -n 1 "$work/$name/log")"
    sleep 0.05
  done
  die 'the server does not tell its port'
}
# Most attacks need a higher limit of new connections from one address; two test this limit.
start open --connection-rate 60000
start limited

failed=()
for name in "${attacks[@]}"; do
  case $name in *handshakes) which=limited ;; *) which=open ;; esac
  setsid python3 tests/attacks/attack.py "$name" "${ports[$which]}" "${servers[$which]}" "$work/$which" "$timeout" "$seconds" &
  attack=$!
  wait "$attack" || failed+=("$name")
  attack=''
  kill -0 "${servers[$which]}" 2>/dev/null || { tail -n 5 "$work/$which/log" >&2; die "the server ended in $name"; }
done

for name in "${!servers[@]}"; do
  kill -TERM "${servers[$name]}"
  wait "${servers[$name]}" || failed+=('the end of a server')
done
servers=()
[ ${#failed[@]} -eq 0 ] || { echo "attacks: not as it should be: ${failed[*]}"; exit 1; }
