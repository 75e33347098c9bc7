#!/usr/bin/env bash
# Tests the launcher of the portable archive with the program in BUILD and this machine's libraries, in an empty root file system.
set -euo pipefail
cd "$(dirname "$0")/../.."
. release/lib.sh
work=$(mktemp -d "${TMPDIR:-/tmp}/droveway-launcher.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT
build=${BUILD:-build}
checks=0
same() {
  [ "$2" = "$3" ] || die "$1: \"$3\", not \"$2\""
  checks=$((checks + 1))
}
home=$work/root/opt/droveway
mkdir -p "$home/bin" "$home/lib/droveway" "$work/root/proc" "$work/root/tree"
release/portable/launcher.sh "$(dpkg --print-architecture)" "$home/bin/droveway"
for arch in amd64 arm64 s390x; do release/portable/launcher.sh "$arch" "$work/$arch"; done
same 'the launchers need no library' 3 "$(file "$work/amd64" "$work/arm64" "$work/s390x" | grep -c 'statically linked')"
cp "$build/droveway" "$home/lib/droveway/"
ldd "$build/droveway" | awk '$3 ~ /^\// {print $3}' | xargs cp -L -t "$home/lib/droveway/"
cp -L "$(ldd "$build/droveway" | awk '$1 ~ /^\/.*ld/ {print $1}')" "$home/lib/droveway/ld.so"
cp -R demo "$work/root/tree/"

run() { inside "$work/root" "$@" 2>&1; }
same 'version' "$("$build/droveway" version)" "$(run /opt/droveway/bin/droveway version)"
ln -s /opt/droveway/bin/droveway "$work/root/link"
same 'through a link' "$("$build/droveway" version)" "$(run /link version)"
status=0
run /opt/droveway/bin/droveway check --state /tree/demo/state /tree/demo/manifests/five-mistakes.yaml >"$work/out" || status=$?
same 'the exit status is passed on' 1 "$status"
same 'empty arguments and spaces are passed on' "$("$build/droveway" explain 'a b' '' 2>&1 || true)" "$(run /opt/droveway/bin/droveway explain 'a b' '' || true)"
same 'standard input is passed on' "$("$build/droveway" check - <demo/manifests/migration.yaml 2>&1)" "$(run /opt/droveway/bin/droveway check - <demo/manifests/migration.yaml)"
same 'the environment is passed on' "$(KUBECONFIG=/nowhere "$build/droveway" audit 2>&1 || true)" "$(run KUBECONFIG=/nowhere /opt/droveway/bin/droveway audit || true)"
mv "$home/lib/droveway/ld.so" "$work/"
status=0
run /opt/droveway/bin/droveway version >"$work/out" || status=$?
same 'an incomplete folder' "2 droveway: can't start lib/droveway/ld.so, which belongs next to bin/droveway: unpack the whole archive" "$status $(cat "$work/out")"
echo "launcher: $checks checks passed"
