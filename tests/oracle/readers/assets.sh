#!/usr/bin/env bash
# Prints the folder with the readers (readers, ovn) and the plugins' programs (plugins/). They are built once from the Go modules that
# go.mod and ovn/go.mod pin, and kept outside the tree.
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=tools/go_programs.sh
. ../../../tools/go_programs.sh
build_programs() {
  export CGO_ENABLED=0 GOFLAGS="-mod=readonly -trimpath -buildvcs=false"
  mkdir "$1/plugins"
  mapfile -t programs < <(sed -n 's/^\t_ "\(.*\)"$/\1/p' tools.go)
  go build -o "$1/plugins/" "${programs[@]}"
  go build -o "$1/readers" .
  (cd ovn && go build -o "$1/ovn" .)
}
build_once oracle "${DROVEWAY_READERS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/droveway/readers}/$(key go.mod go.sum ./*.go ovn/go.mod ovn/go.sum ovn/*.go)" ovn \
  'the readers and CNI plugins from their Go modules, about 5 minutes'
