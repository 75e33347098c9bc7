#!/usr/bin/env bash
# Prints the folder with the programs that a release needs, built once from the Go modules that go.mod pins and kept outside the tree:
# assets.sh [NAME...]; NAME is syft or actionlint, and the default is all. syft takes some minutes to build, actionlint seconds.
set -euo pipefail
cd "$(dirname "$0")"
key=$(cat go.mod go.sum | sha256sum | cut -c1-16)
folder=${DROVEWAY_RELEASE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/droveway/release}/$key
declare -A packages=([syft]=github.com/anchore/syft/cmd/syft [actionlint]=github.com/rhysd/actionlint/cmd/actionlint)
names=("$@")
[ ${#names[@]} -gt 0 ] || names=(actionlint syft)
for name in "${names[@]}"; do
  [ ! -x "$folder/$name" ] || continue
  package=${packages[$name]:?unknown program $name}
  command -v go >/dev/null || {
    echo "release: building $name needs Go $(sed -n 's/^go //p' go.mod) or later; install it, or put $name into $folder" >&2
    exit 1
  }
  version=$(awk -v module="${package%/cmd/*}" '$1 == module {print $2}' go.mod)
  echo "release: building $name $version from its Go module, once" >&2
  mkdir -p "$folder"
  new=$(mktemp -d "$folder/$name.XXXXXX")
  trap 'rm -rf "$new"' EXIT
  CGO_ENABLED=0 go build -mod=readonly -trimpath -buildvcs=false -ldflags "-s -w -X main.version=${version#v}" -o "$new/$name" "$package" >&2
  mv "$new/$name" "$folder/$name"
  rm -rf "$new"
done
echo "$folder"
