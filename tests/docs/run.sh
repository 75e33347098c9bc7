#!/usr/bin/env bash
# Checks links, names and outputs in the documentation, in the repository and as installed, sizes, that generated pages and pictures are up
# to date, and what the pictures look like.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${BUILD:-build}
stage=$(mktemp -d "${TMPDIR:-/tmp}/droveway-docs.XXXXXX")
trap 'rm -rf "$stage"' EXIT
python3 tests/lab/reality.py "$build/droveway" | diff docs/reality.md - >&2 || { echo "docs/reality.md is out of date; run \`make docs\`" >&2; exit 1; }
bench/report.py --check
tests/e2e/versions.py --check
tools/layers_svg.py | diff docs/images/layers.svg - >&2 || { echo "docs/images/layers.svg is out of date; run \`make docs\`" >&2; exit 1; }
"$build/droveway" map --state demo/trouble -o svg --suggest /24 >"$stage/map.svg"
"$build/droveway" map --state tests/browser/hostile -o svg --suggest /64 >"$stage/map-hostile.svg"
tests/docs/pictures.py docs/images/*.svg "$stage"/*.svg
make -s install BUILD="$build" DESTDIR="$stage" PREFIX=/usr
python3 tests/docs/check.py "$build/droveway"
python3 tests/docs/figures.py "$build/droveway"
python3 tests/docs/check.py "$build/droveway" "$stage/usr/share/doc/droveway"
