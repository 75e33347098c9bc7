#!/usr/bin/env bash
# Makes a C header of a file: tools/embed-page.sh NAME FILE prints the array NAME with the file's bytes (and a NUL behind them), and the
# macro NAME_SHA256 (in capitals) with their SHA-256 in base64, as a Content-Security-Policy names it.
set -euo pipefail
export LC_ALL=C
if [ $# -ne 2 ]; then
  echo 'usage: tools/embed-page.sh NAME FILE' >&2
  exit 2
fi
name=$1
file=$2
mapfile -t digits < <(sha256sum <"$file" | head -c 64 | fold -w 2)
# shellcheck disable=SC2059 # the format is \x..\x.., which printf itself turns into bytes
digest=$(printf "$(printf '\\x%s' "${digits[@]}")" | base64 -w 0)
printf '/* Made by tools/embed-page.sh from %s. */\nstatic const char %s[] = {\n' "$file" "$name"
od -An -v -tx1 -w16 "$file" | sed "s/ \(..\)/'\\\\x\1',/g"
printf "'\\\\0'};\n#define %s_SHA256 \"%s\"\n" "${name^^}" "$digest"
