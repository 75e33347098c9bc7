#!/usr/bin/env bash
# Sets the version in the Makefile, the public header, the manifests and the examples, and the date of the man page to today:
# tools/set_version.sh X.Y.Z
set -euo pipefail
cd "$(dirname "$0")/.."
new=${1:-}
[[ $new =~ ^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$ ]] || { echo 'usage: tools/set_version.sh X.Y.Z' >&2; exit 2; }
major=${BASH_REMATCH[1]} minor=${BASH_REMATCH[2]} patch=${BASH_REMATCH[3]}
old=$(sed -n 's/^VERSION := //p' Makefile)
sed -i "s/^VERSION := .*/VERSION := $new/" Makefile
sed -i -E -e "s/^(#define DROVEWAY_VERSION) .*/\1 \"$new\"/" -e "s/^(#define DROVEWAY_VERSION_MAJOR) .*/\1 $major/" \
  -e "s/^(#define DROVEWAY_VERSION_MINOR) .*/\1 $minor/" -e "s/^(#define DROVEWAY_VERSION_PATCH) .*/\1 $patch/" include/droveway/error.h
sed -i "s/^\.Dd .*/.Dd $(LC_ALL=C date '+%B %-d, %Y')/" tools/man.sh
# Image tags, and the tag for pre-commit. Other uses of such a number are versions of CNI.
examples="(droveway:|newTag: |rev: v|ref=v)${old//./\\.}([^0-9.]|$)"
mapfile -t files < <(git grep -lE "$examples" -- '*.md' integrations manifests examples)
sed -i -E "s/$examples/\1$new\2/g" "${files[@]}"
echo "version $new instead of $old: Makefile include/droveway/error.h tools/man.sh ${files[*]}"
