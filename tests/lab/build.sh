#!/usr/bin/env bash
# Prints the folder with the laboratory's programs: the CNI plugins, whereabouts and its CRDs, in the versions that go.mod pins. They
# are built once and kept outside the tree.
set -euo pipefail
cd "$(dirname "$0")"
key=$(cat go.mod go.sum tools.go build.sh | sha256sum | cut -c1-16)
folder=${DROVEWAY_LAB_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/droveway/lab}/$key
if [ ! -d "$folder" ]; then
  needed=$(sed -n 's/^go //p' go.mod)
  command -v go >/dev/null || { echo "lab: building the CNI plugins needs Go $needed or later" >&2; exit 1; }
  echo "lab: building the CNI plugins and whereabouts from their Go modules, once; takes about 3 minutes on 2 cores" >&2
  mkdir -p "$(dirname "$folder")"
  build=$(mktemp -d "$folder.XXXXXX")
  trap 'rm -rf "$build"' EXIT
  mapfile -t packages < <(sed -n 's/^\t_ "\(.*\)"$/\1/p' tools.go)
  CGO_ENABLED=0 go build -mod=readonly -trimpath -buildvcs=false -ldflags "-s -w" -o "$build/" "${packages[@]}" >&2
  mv "$build/cmd" "$build/whereabouts"
  # As the cluster network addons operator installs them.
  ln -s bridge "$build/cnv-bridge"
  ln -s tuning "$build/cnv-tuning"
  mkdir "$build/crds"
  directory() { go list -mod=readonly -m -f '{{.Dir}}' "github.com/k8snetworkplumbingwg/$1"; }
  cp "$(directory whereabouts)"/doc/crds/whereabouts.cni.cncf.io_*.yaml "$(directory network-attachment-definition-client)/artifacts/networks-crd.yaml" "$build/crds"
  chmod -R u+w,a+rX "$build"
  mv -T "$build" "$folder" 2>/dev/null || [ -d "$folder" ] # another run was faster
fi
echo "$folder"
