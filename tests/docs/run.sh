#!/usr/bin/env bash
# What the documents link to, name and show, here and as `make install` lays them out.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${BUILD:-build}
stage=$(mktemp -d "${TMPDIR:-/tmp}/droveway-docs.XXXXXX")
trap 'rm -rf "$stage"' EXIT
make -s install BUILD="$build" DESTDIR="$stage" PREFIX=/usr
python3 tests/docs/check.py "$build/droveway"
python3 tests/docs/check.py "$build/droveway" "$stage/usr/share/doc/droveway"
