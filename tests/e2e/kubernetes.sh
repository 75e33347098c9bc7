#!/usr/bin/env bash
# kubernetes.sh MODULE PROGRAM...: builds programs of Kubernetes from the Go modules that MODULE/go.mod pins, once, and prints the folder
# with them. It is outside the tree, and its name changes with go.mod and go.sum.
set -euo pipefail
# shellcheck source=tools/go_programs.sh
. "$(dirname "$0")/../../tools/go_programs.sh"
cd "$1"
shift
programs=("$@")
build_programs() {
  local version minor flags="-s -w" package
  version=$(sed -n 's/.*k8s.io\/kubernetes \(v[0-9.]*\)$/\1/p' go.mod | head -n 1)
  minor=${version#v*.} minor=${minor%%.*}
  for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
    flags+=" -X $package.gitVersion=$version -X $package.gitMajor=1 -X $package.gitMinor=$minor -X $package.gitTreeState=archive"
  done
  # Before 1.31, the API server contained cloud providers, which take longest to compile.
  go build -mod=readonly -trimpath -buildvcs=false -tags providerless -ldflags "$flags" -o "$1/" "${programs[@]/#/k8s.io/kubernetes/cmd/}"
}
build_once kubernetes "${DROVEWAY_E2E_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/droveway/e2e}/$(key go.mod go.sum)" "${programs[-1]}" \
  "${programs[*]} from their Go modules, about 5 minutes"
