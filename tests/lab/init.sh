#!/usr/bin/env bash
# Attaches COUNT (50) networks that `droveway init` writes for clusters derived from the laboratory's state by SEED. Exits with 1
# unless all of them work.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
droveway=$(realpath "${BUILD:-build}/droveway")
work=$(mktemp -d "${TMPDIR:-/tmp}/droveway-lab-init.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
seed=${SEED:-$RANDOM}
echo "lab: ${COUNT:-50} networks written by droveway init, SEED=$seed"
"$here/init.py" "$droveway" --count "${COUNT:-50}" --seed "$seed" >"$work/cases.jsonl"
"$here/run" --cases "$work/cases.jsonl" --out "$work/results.jsonl" --labs "${LABS:-2}"
"$here/init.py" --judge "$work/results.jsonl"
