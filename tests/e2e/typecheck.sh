#!/usr/bin/env bash
# Prints the path of the program in typecheck/. It is built once from the modules that go.mod pins, and kept outside the tree.
set -euo pipefail
cd "$(dirname "$0")"
key=$(cat go.mod go.sum typecheck/main.go | sha256sum | cut -c1-16)
folder=${DROVEWAY_E2E_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/droveway/e2e}/typecheck-$key
if [ ! -x "$folder/typecheck" ]; then
  build=$(mktemp -d)
  trap 'rm -rf "$build"' EXIT
  go build -mod=readonly -trimpath -buildvcs=false -ldflags "-s -w" -o "$build/typecheck" ./typecheck >&2
  mkdir -p "$folder"
  mv "$build/typecheck" "$folder/typecheck.$$"
  mv "$folder/typecheck.$$" "$folder/typecheck"
fi
echo "$folder/typecheck"
