#!/usr/bin/env bash
# Prints the folder with the readers (readers, ovn) and the plugins' programs (plugins/). They are built once from the Go modules that
# go.mod and ovn/go.mod pin, and kept outside the tree.
set -euo pipefail
cd "$(dirname "$0")"
key=$(cat go.mod go.sum ./*.go ovn/go.mod ovn/go.sum ovn/*.go | sha256sum | cut -c1-16)
folder=${DROVEWAY_READERS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/droveway/readers}/$key
if [ -x "$folder/ovn" ]; then
  echo "$folder"
  exit 0
fi
command -v go >/dev/null || { echo "oracle: building the readers needs Go $(sed -n 's/^go //p' go.mod) or later; install it" >&2; exit 1; }
echo "oracle: building the readers and CNI plugins from their Go modules, once; takes about 5 minutes on 2 cores" >&2
mkdir -p "$(dirname "$folder")"
build=$(mktemp -d "$folder.XXXXXX")
trap 'rm -rf "$build"' EXIT
export CGO_ENABLED=0 GOFLAGS="-mod=readonly -trimpath -buildvcs=false"
mkdir "$build/plugins"
mapfile -t programs < <(sed -n 's/^\t_ "\(.*\)"$/\1/p' tools.go)
go build -o "$build/plugins/" "${programs[@]}" >&2
go build -o "$build/readers" . >&2
(cd ovn && go build -o "$build/ovn" .) >&2
chmod 755 "$build"
mv -T "$build" "$folder" 2>/dev/null || [ -x "$folder/ovn" ] # another run was faster
echo "$folder"
