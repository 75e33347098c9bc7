#!/usr/bin/env bash
# Attacks a server and measures what an honest client notices; see README.md beside this. All on loopback, on a free port.
#
# Environment: BUILD (build), ATTACK_SECONDS (5, each), ATTACKS (names; default all of them).
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
server='' attack=''
clean_up() {
  local pid
  for pid in ${attack:+"-$attack"} $server; do kill -KILL -- "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

"$droveway" certs --dir "$work" --dns localhost,127.0.0.1 >/dev/null
"$droveway" serve --listen 127.0.0.1:0 --tls-cert "$work/tls.crt" --tls-key "$work/tls.key" --state demo/state \
  --request-timeout "${timeout}s" --shutdown-delay 0s 2>"$work/log" &
server=$!
port=''
for _ in $(seq 200); do
  port=$(sed -n 's/.*127\.0\.0\.1:\([0-9]\+\).*/\1/p' "$work/log" | head -n 1)
  [ -z "$port" ] || break
  kill -0 "$server" 2>/dev/null || die "the server does not start: $(tail -n 1 "$work/log")"
  sleep 0.05
done
[ -n "$port" ] || die 'the server does not tell its port'

failed=()
for name in "${attacks[@]}"; do
  setsid python3 tests/attacks/attack.py "$name" "$port" "$server" "$work" "$timeout" "$seconds" &
  attack=$!
  wait "$attack" || failed+=("$name")
  attack=''
  kill -0 "$server" 2>/dev/null || { tail -n 5 "$work/log" >&2; die "the server ended in $name"; }
done

kill -TERM "$server"
wait "$server" || failed+=('the end of the server')
server=''
[ ${#failed[@]} -eq 0 ] || { echo "attacks: not as it should be: ${failed[*]}"; exit 1; }
echo "attacks: ${#attacks[@]} of ${#attacks[@]} as it should be"
