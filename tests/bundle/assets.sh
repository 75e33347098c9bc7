#!/usr/bin/env bash
# Prints the folder with `validate` (operator-framework's validators), `olm` (OLM's operator) and OLM's CRDs. They are built once from the Go
# modules that go.mod pins, and kept outside the tree.
set -euo pipefail
cd "$(dirname "$0")"
key=$(cat go.mod go.sum ./*/*.go | sha256sum | cut -c1-16)
folder=${XDG_CACHE_HOME:-$HOME/.cache}/droveway/bundle/$key
if [ ! -x "$folder/olm" ]; then
  needed=$(sed -n 's/^go //p' go.mod)
  command -v go >/dev/null || { echo "bundle: validating the bundle needs Go $needed or later; install it" >&2; exit 1; }
  echo "bundle: building OLM's validators and operator from their Go modules, once; takes about 3 minutes on 2 cores" >&2
  mkdir -p "$(dirname "$folder")"
  build=$(mktemp -d "$folder.XXXXXX")
  trap 'rm -rf "$build"' EXIT
  go build -mod=readonly -trimpath -buildvcs=false -ldflags '-s -w' -o "$build/" ./validate ./olm >&2
  cp -R --no-preserve=mode "$(go list -mod=readonly -m -f '{{.Dir}}' github.com/operator-framework/api)/crds" "$build/"
  rm "$build"/crds/*.go
  chmod 755 "$build"
  mv -T "$build" "$folder" 2>/dev/null || [ -x "$folder/olm" ] # another run was faster
fi
echo "$folder"
