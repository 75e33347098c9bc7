#!/usr/bin/env bash
# Prints the folder with `validate` (operator-framework's validators), `olm` (OLM's operator) and OLM's CRDs. They are built once from the Go
# modules that go.mod pins, and kept outside the tree.
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=tools/go_programs.sh
. ../../tools/go_programs.sh
build_programs() {
  go build -mod=readonly -trimpath -buildvcs=false -ldflags '-s -w' -o "$1/" ./validate ./olm
  cp -R --no-preserve=mode "$(module_folder github.com/operator-framework/api)/crds" "$1/"
  rm "$1"/crds/*.go
}
build_once bundle "${XDG_CACHE_HOME:-$HOME/.cache}/droveway/bundle/$(key go.mod go.sum ./*/*.go)" olm \
  "OLM's validators and operator from their Go modules, about 3 minutes"
