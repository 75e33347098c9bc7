#!/usr/bin/env bash
# Writes the answers of `droveway review` as the golden answers of tests/payloads. Read the diff before you commit it: a
# golden answer is right only because somebody has read it.
set -euo pipefail
cd "$(dirname "$0")/../.."
droveway=${DROVEWAY:-${BUILD:-build}/droveway}
[ -x "$droveway" ] || { echo "golden.sh: $droveway is missing; run 'make' first" >&2; exit 2; }

# answer FILE GROUP: prints the answer.
answer() {
  local -a arguments
  read -ra arguments <"tests/payloads/$2/arguments" || true
  case ${1##*/} in mutate-*) arguments+=(--mutate) ;; esac
  "$droveway" review "${arguments[@]}" "$1" || [ $? -eq 1 ]
}

count=0
for file in tests/payloads/*/arguments; do
  group=$(basename "$(dirname "$file")")
  rm -f "tests/payloads/$group"/*.answer.json
  for review in "tests/payloads/${group%-answers}"/*.json; do
    case $review in *.answer.json) continue ;; esac
    name=$(basename "$review" .json)
    answer "$review" "$group" >"tests/payloads/$group/$name.answer.json"
    count=$((count + 1))
  done
done
echo "$count golden answers written"
