#!/usr/bin/env bash
# Prints the folder with `kubectl-krew` and `validate-krew-manifest`. They are built once from the Go modules that go.mod pins, and
# kept outside the tree.
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=tools/go_programs.sh
. ../../tools/go_programs.sh
build_programs() {
  go build -mod=readonly -trimpath -buildvcs=false -ldflags '-s -w' -o "$1/" \
    sigs.k8s.io/krew/cmd/krew sigs.k8s.io/krew/cmd/validate-krew-manifest
  mv "$1/krew" "$1/kubectl-krew"
}
build_once krew "${XDG_CACHE_HOME:-$HOME/.cache}/droveway/krew/$(key go.mod go.sum)" kubectl-krew 'krew from its Go module, about a minute'
