#!/usr/bin/env bash
# Draws the pictures in docs/images from the output of the program: pictures.sh DROVEWAY
set -euo pipefail
cd "$(dirname "$0")/.."
droveway=$(realpath "$1")
work=$(mktemp -d "${TMPDIR:-/tmp}/droveway-pictures.XXXXXX")
trap 'rm -rf "$work"' EXIT
bold=$'\e[1m' dim=$'\e[2m' cyan=$'\e[36m' yellow=$'\e[33m' plain=$'\e[0m'
prompt() { printf '%s$%s %s%s%s\n' "$dim" "$plain" "$bold" "$1" "$plain"; }

BUILD=$(dirname "$droveway") demo/run.sh 2>/dev/null |
  sed -n '/^\$ kubectl apply -f migration-network.yaml/,/^$/p' |
  sed -E -e "s/^\\$ (.*)/$dim\$$plain $bold\1$plain/" -e "s/^\* ([^:]+):/* $cyan\1$plain:/" -e "s/(\[[a-z-]+\])$/$yellow\1$plain/" |
  tools/terminal_svg.py 'kubectl apply: denied with five causes at once' 112 >docs/images/denial.svg

# Runs it in a terminal of 100 columns, so that lines are wrapped as a user sees them.
in_terminal() { TERM=xterm COLUMNS=100 NO_COLOR='' script -qec "$(printf '%q ' "$@")" /dev/null </dev/null | tr -d '\r'; }

{
  prompt 'droveway check -f demo/manifests/five-mistakes.yaml --state demo/state'
  in_terminal "$droveway" check -f demo/manifests/five-mistakes.yaml --state demo/state || true
} | tools/terminal_svg.py 'droveway check: each finding at its place' 100 >docs/images/check.svg

# A wrong letter in the name of a NIC, found before anything is applied.
sed -e '/^---/,$d' -e 1d -e s/bond2/bnod2/ demo/manifests/migration.yaml >"$work/migration.yaml"
ln -s "$PWD/demo" "$work/demo"
(
  cd "$work"
  check() {
    prompt "droveway check migration.yaml --state demo/state${1:+ $1}"
    in_terminal "$droveway" check migration.yaml --state demo/state "$@" || true
  }
  check
  check --diff
  check --fix
) | tools/terminal_svg.py --recording 'A wrong letter in a migration network: droveway check finds it, shows the fix, and makes it' 100 >docs/images/recording.svg

SOURCE_DATE_EPOCH=1796000000 "$droveway" map --state demo/trouble -o html >"$work/page.html"
PYTHONDONTWRITEBYTECODE=1 python3 tests/browser/screenshots.py "$work/page.html" docs/images/page.png

"$droveway" map --state demo/trouble -o svg >docs/images/map.svg
