#!/usr/bin/env bash
# Runs what `make cross` built for another architecture under qemu-user: its tests, and a webhook that a client of
# this machine asks over TLS. Start it with `make test-arch ARCH=s390x` or `make test-arch-smoke`.
#
#   tests/cross/run.sh ARCH [LAYER | LAYER/TEST ...]   default: all that were built; never those of tests/cross/left_out.tsv
#
# Environment: CROSS_BUILD (build/ARCH); TEST_JOBS, TEST_TIMEOUT as for tests/run.sh.
set -euo pipefail
cd "$(dirname "$0")/../.."

arch=$1
shift
declare -A machines=([amd64]=x86_64 [arm64]=aarch64 [s390x]=s390x)
machine=${machines[$arch]:?unknown architecture}
build=${CROSS_BUILD:-build/$arch}
emulator=qemu-$machine-static
command -v "$emulator" >/dev/null || { echo "cross: $emulator is missing; tools/deps.sh emulation installs it" >&2; exit 2; }
[ -x "$build/droveway" ] || { echo "cross: $build/droveway is missing; make cross ARCH=$arch builds it" >&2; exit 2; }
sysroot=$(tools/cross.sh "$arch")

work=$(mktemp -d "${TMPDIR:-/tmp}/droveway-cross.XXXXXX")
server=''
end() {
  local status=$?
  if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; fi
  rm -rf "$work"
  exit "$status"
}
trap end EXIT
trap 'exit 143' INT TERM

die() {
  printf 'cross: %s: %s\n' "$arch" "$1" >&2
  exit 1
}

# The program that tests start: this machine's kernel can't start one of another architecture. qemu-user has neither seccomp nor
# Landlock.
droveway=$work/droveway
cat >"$droveway" <<SH
#!/bin/bash
run=($emulator -L ${sysroot@Q} ${PWD@Q}/$build/droveway)
if [ "\${1:-}" = serve ]; then set -- "\$@" --no-seccomp --no-landlock; fi
exec "\${run[@]}" "\$@"
SH
chmod +x "$droveway"
export DROVEWAY=$droveway

expected=$(readelf -h "$build/droveway" | sed -n 's/^ *\(Data\|Machine\): *//p' | paste -sd' ')
printf '%s: %s\n' "$arch" "$expected"

# --- tests ---

declare -A reasons=()
while IFS=$'\t' read -r where name reason; do
  case " $where " in *" $arch "* | ' all ') reasons[$name]=$reason ;; esac
done < <(grep -v '^#' tests/cross/left_out.tsv)
tests=()
while IFS= read -r name; do
  if [ -n "${reasons[$name]:-}" ]; then
    printf 'left out: %s: %s\n' "$name" "${reasons[$name]}"
  else
    tests+=("$build/tests/$name")
  fi
done < <(cd "$build/tests" && find "${@:-.}" -type f -perm -u=x \( -path '*/test_*' -o -path '*replay/*' \) | sed 's|^\./||' | LC_ALL=C sort)
status=0
BUILD=$build TEST_UNDER="$emulator -L $sysroot" TEST_TIMEOUT=${TEST_TIMEOUT:-1200} tests/run.sh "${tests[@]}" || status=1

# --- payloads: a webhook for each group of tests/payloads, asked over TLS by a client of this machine ---

"$droveway" certs --dir "$work/tls" --dns droveway.test.svc >/dev/null
openssl verify -CAfile "$work/tls/ca.crt" "$work/tls/tls.crt" >/dev/null || die 'openssl rejects the certificate'

# ask PATH [CURL-OPTION...]
ask() {
  curl --silent --show-error --fail --max-time 30 --noproxy '*' --cacert "$work/tls/ca.crt" \
    --resolve "droveway.test.svc:$port:127.0.0.1" "https://droveway.test.svc:$port$1" "${@:2}"
}

# start ARGUMENT...: starts the webhook; sets server and port.
start() {
  "$droveway" serve --listen 127.0.0.1:0 --tls-cert "$work/tls/tls.crt" --tls-key "$work/tls/tls.key" --shutdown-delay 0 "$@" \
    2>"$work/log" &
  server=$!
  port=''
  for _ in $(seq 600); do
    port=$(jq -rR 'fromjson? | select(.msg == "listening").port' "$work/log" | head -n 1)
    [ -z "$port" ] || break
    kill -0 "$server" 2>/dev/null || { cat "$work/log" >&2; die 'serve has ended'; }
    sleep 0.1
  done
  [ -n "$port" ] || die 'serve does not listen'
  for _ in $(seq 100); do
    ask /readyz >/dev/null 2>&1 && break
    sleep 0.1
  done
  ask /readyz >/dev/null || die 'serve does not become ready'
}

answered=0
for file in tests/payloads/*/arguments; do
  answers=$(dirname "$file")
  read -ra arguments <"$file" || true
  start "${arguments[@]}"
  for review in "${answers%-answers}"/*.json; do
    case $review in *.answer.json) continue ;; esac
    path=/validate
    case ${review##*/} in mutate-*) path=/mutate ;; esac
    ask "$path?timeout=10s" -H 'Content-Type: application/json' --data-binary @"$review" >"$work/answer"
    cmp -s "$answers/$(basename "$review" .json).answer.json" "$work/answer" || {
      diff "$answers/$(basename "$review" .json).answer.json" "$work/answer" >&2 || true
      die "$review: the answer over TLS is not the golden one"
    }
    answered=$((answered + 1))
  done
  kill -TERM "$server"
  wait "$server" || die "serve ended with status $? on SIGTERM"
  server=''
done
[ "$answered" -gt 0 ] || die 'no payload was found'
printf 'ok   %d golden answers over TLS\n' "$answered"
[ "$status" -eq 0 ]
