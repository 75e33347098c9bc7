#!/usr/bin/env bash
# Prints the folder with `kubectl-krew` and `validate-krew-manifest`. They are built once from the Go modules that go.mod pins, and
# kept outside the tree.
set -euo pipefail
cd "$(dirname "$0")"
key=$(cat go.mod go.sum | sha256sum | cut -c1-16)
folder=${XDG_CACHE_HOME:-$HOME/.cache}/droveway/krew/$key
if [ ! -x "$folder/kubectl-krew" ]; then
  needed=$(sed -n 's/^go //p' go.mod)
  command -v go >/dev/null || { echo "krew: testing the manifest needs Go $needed or later; install it" >&2; exit 1; }
  echo "krew: building krew from its Go module, once; takes about a minute on 2 cores" >&2
  mkdir -p "$(dirname "$folder")"
  build=$(mktemp -d "$folder.XXXXXX")
  trap 'rm -rf "$build"' EXIT
  go build -mod=readonly -trimpath -buildvcs=false -ldflags '-s -w' -o "$build/" \
    sigs.k8s.io/krew/cmd/krew sigs.k8s.io/krew/cmd/validate-krew-manifest >&2
  mv "$build/krew" "$build/kubectl-krew"
  chmod 755 "$build"
  mv -T "$build" "$folder" 2>/dev/null || [ -x "$folder/kubectl-krew" ] # another run was faster
fi
echo "$folder"
