#!/usr/bin/env bash
# Makes a release of HEAD twice and compares all files: twice.sh FOLDER [PART...]. FOLDER gets the first one.
# The second one has another path, umask, time zone, locale, home, user name, host name and number of processors, and is made later.
set -euo pipefail
cd "$(dirname "$0")/../.."
[ $# -ge 1 ] || { echo 'usage: twice.sh FOLDER [PART...]' >&2; exit 2; }
folder=$(realpath -m "$1")
shift
work=$(mktemp -d "${TMPDIR:-/tmp}/droveway-twice.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT
cache=${XDG_CACHE_HOME:-$HOME/.cache}

git clone -q --no-hardlinks . "$work/one"
(cd "$work/one" && git checkout -q "$(git -C "$OLDPWD" rev-parse HEAD)" && RELEASE=$folder RELEASE_UNTAGGED=1 release/release.sh "$@")

mkdir -p "$work/a much longer path/tmp" "$work/home"
(
  umask 077
  git clone -q --no-hardlinks . "$work/a much longer path/two"
  cd "$work/a much longer path/two"
  git checkout -q "$(git -C "$work/one" rev-parse HEAD)"
  unshare --uts sh -c 'hostname another-host && exec "$@"' sh env XDG_CACHE_HOME="$cache" HOME="$work/home" USER=somebody LOGNAME=somebody TZ=Pacific/Kiritimati LC_ALL=C.UTF-8 \
    LANG=de_DE.UTF-8 TMPDIR="$work/a much longer path/tmp" RELEASE="$work/two" RELEASE_UNTAGGED=1 taskset --cpu-list 0 release/release.sh "$@"
)
if ! diff -rq "$folder" "$work/two" >"$work/diff"; then
  cat "$work/diff" >&2
  different=$(awk '$1 == "Files" {print $2; exit}' "$work/diff")
  if command -v diffoscope >/dev/null && [ -n "$different" ]; then
    timeout 300 diffoscope --max-report-size 4000 "$different" "$work/two/${different##*/}" >&2 || true
  fi
  echo 'twice: two runs made different files' >&2
  exit 1
fi
echo "twice: $(find "$folder" -type f | wc -l) files, equal in both runs"
