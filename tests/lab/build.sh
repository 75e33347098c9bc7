#!/usr/bin/env bash
# Prints the folder with the laboratory's programs: the CNI plugins, whereabouts and its CRDs, in the versions that go.mod pins. They
# are built once and kept outside the tree.
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=tools/go_programs.sh
. ../../tools/go_programs.sh
build_programs() {
  mapfile -t packages < <(sed -n 's/^\t_ "\(.*\)"$/\1/p' tools.go)
  CGO_ENABLED=0 go build -mod=readonly -trimpath -buildvcs=false -ldflags "-s -w" -o "$1/" "${packages[@]}"
  mv "$1/cmd" "$1/whereabouts"
  # As the cluster network addons operator installs them.
  ln -s bridge "$1/cnv-bridge"
  ln -s tuning "$1/cnv-tuning"
  mkdir "$1/crds"
  local modules=github.com/k8snetworkplumbingwg
  cp "$(module_folder $modules/whereabouts)"/doc/crds/whereabouts.cni.cncf.io_*.yaml \
    "$(module_folder $modules/network-attachment-definition-client)/artifacts/networks-crd.yaml" "$1/crds"
  chmod -R u+w,a+rX "$1"
}
build_once lab "${DROVEWAY_LAB_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/droveway/lab}/$(key go.mod go.sum tools.go build.sh)" whereabouts \
  'the CNI plugins and whereabouts from their Go modules, about 3 minutes'
