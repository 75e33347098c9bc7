#!/usr/bin/env bash
# Opens pages of `droveway map -o html` in headless Chromium: of the demo's clusters, of those that tests/browser/clusters.py makes (good
# and bad, with one node and with 5,000), and of one in which every name tries to inject markup. Checks the content, the verdict, the zoom,
# the size, the layout from 320 pixels on, dark mode, keyboard control and accessibility.
# tests/browser/run.sh [FOLDER]: also leaves the pages, and screenshots to look at, in FOLDER.
set -euo pipefail
cd "$(dirname "$0")/../.."
droveway=${BUILD:-build}/droveway
export SOURCE_DATE_EPOCH=1796000000 PYTHONDONTWRITEBYTECODE=1
folder=${1:-}
if [ -z "$folder" ]; then
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
fi
mkdir -p "$folder/empty" "$folder/mistakes"
cp demo/state/*.yaml demo/manifests/five-mistakes.yaml "$folder/mistakes"

"$droveway" map --state demo/state -o html --suggest /24 >"$folder/demo.html"
"$droveway" map --state demo/trouble -o html >"$folder/trouble.html"
"$droveway" map --state tests/browser/hostile -o html --suggest /64 >"$folder/hostile.html"
"$droveway" map --state "$folder/empty" -o html >"$folder/empty.html"
"$droveway" map --state "$folder/mistakes" -o html >"$folder/mistakes.html"
"$droveway" audit --state "$folder/mistakes" -o json >"$folder/audit.json" || [ $? -eq 1 ]
"$droveway" map -f demo/manifests/migration.yaml -o html >"$folder/alone.html"
for name in good warned none unset unknown small bridge big much; do
  mkdir -p "$folder/state/$name"
  python3 tests/browser/clusters.py "$name" >"$folder/state/$name/cluster.json"
  "$droveway" map --state "$folder/state/$name" -o html >"$folder/$name.html"
done

timeout 240 python3 tests/browser/check.py "$folder"
if [ $# -gt 0 ]; then
  for name in trouble good big small none; do
    mkdir -p "$folder/$name"
    timeout 60 python3 tests/browser/screenshots.py "$folder/$name.html" "$folder/$name"
  done
fi
