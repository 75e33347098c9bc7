#!/usr/bin/env bash
# Opens pages of `droveway map -o html` in headless Chromium: of the demo's cluster, of one in which every name tries to inject markup,
# and of one with 5,000 nodes. Checks the content, the layout on a phone, dark mode, keyboard control and accessibility.
# tests/browser/run.sh [FOLDER]: also leaves the pages, and screenshots to look at, in FOLDER.
set -euo pipefail
cd "$(dirname "$0")/../.."
droveway=${BUILD:-build}/droveway
folder=${1:-}
if [ -z "$folder" ]; then
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
fi
mkdir -p "$folder/large" "$folder/empty" "$folder/mistakes"
cp demo/state/*.yaml demo/manifests/five-mistakes.yaml "$folder/mistakes"
python3 tests/browser/large.py >"$folder/large/cluster.json"

"$droveway" map --state demo/state -o html --suggest /24 >"$folder/demo.html"
"$droveway" map --state tests/browser/hostile -o html --suggest /64 >"$folder/hostile.html"
"$droveway" map --state "$folder/large" -o html --suggest /18 >"$folder/large.html"
"$droveway" map --state "$folder/empty" -o html >"$folder/empty.html"
"$droveway" map --state "$folder/mistakes" -o html >"$folder/mistakes.html"
"$droveway" audit --state "$folder/mistakes" -o json >"$folder/audit.json" || [ $? -eq 1 ]

PYTHONDONTWRITEBYTECODE=1 timeout 120 python3 tests/browser/check.py "$folder"
if [ $# -gt 0 ]; then
  PYTHONDONTWRITEBYTECODE=1 timeout 60 python3 tests/browser/screenshots.py "$folder/demo.html" "$folder"
fi
