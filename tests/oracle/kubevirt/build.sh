#!/usr/bin/env bash
# Prints the path of the program. It is built once, and again when one of its sources changes.
set -euo pipefail
cd "$(dirname "$0")"
key=$(find . -name '*.go' -o -name '*.s' -o -name 'go.*' | LC_ALL=C sort | xargs cat | sha256sum | cut -c1-16)
program=${DROVEWAY_ORACLE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/droveway/oracle}/kubevirt-$key
if [ ! -x "$program" ]; then
  needed=$(sed -n 's/^go //p' go.mod)
  command -v go >/dev/null || { echo "oracle: building it needs Go $needed or later" >&2; exit 1; }
  echo "oracle: building KubeVirt's virt-operator packages, once; takes about 5 minutes on 2 cores" >&2
  mkdir -p "$(dirname "$program")"
  temporary=$(mktemp "$program.XXXXXX")
  trap 'rm -f "$temporary"' EXIT
  CGO_ENABLED=0 go build -mod=readonly -trimpath -buildvcs=false -ldflags '-s -w' -o "$temporary" . >&2
  chmod 755 "$temporary"
  mv "$temporary" "$program"
fi
echo "$program"
