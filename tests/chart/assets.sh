#!/usr/bin/env bash
# Prints the folder with helm (version 3) and helm4: $DROVEWAY_HELM if it is set. Otherwise they are built once from the Go
# modules that go.mod pins, and kept outside the tree.
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=tools/go_programs.sh
. ../../tools/go_programs.sh
if [ -n "${DROVEWAY_HELM:-}" ]; then
  for program in helm helm4; do
    [ -x "$DROVEWAY_HELM/$program" ] || { echo "chart: $program is missing in DROVEWAY_HELM ($DROVEWAY_HELM)" >&2; exit 1; }
  done
  echo "$DROVEWAY_HELM"
  exit 0
fi
build_programs() {
  local kubernetes major module version flags package
  kubernetes=$(sed -n 's/.*k8s.io\/client-go v0\.\([0-9]*\)\..*/\1/p' go.mod | head -n 1)
  for major in 3 4; do
    module=helm.sh/helm/v$major
    version=$(sed -n "s|.*$module \\(v[0-9.]*\\)\$|\\1|p" go.mod | head -n 1)
    flags="-s -w -X $module/internal/version.version=$version"
    # As in helm's Makefile: without it, helm 3 would render for Kubernetes 1.20. Version 4 reads the module's version.
    for package in pkg/lint/rules pkg/chartutil; do
      flags+=" -X helm.sh/helm/v3/$package.k8sVersionMajor=1 -X helm.sh/helm/v3/$package.k8sVersionMinor=$kubernetes"
    done
    go build -mod=readonly -trimpath -buildvcs=false -ldflags "$flags" -o "$1/helm$major" "$module/cmd/helm"
  done
  mv "$1/helm3" "$1/helm"
}
build_once chart "${DROVEWAY_CHART_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/droveway/chart}/$(key go.mod go.sum)" helm4 \
  'helm from its Go modules, about 5 minutes' ', or set DROVEWAY_HELM to a folder with helm and helm4'
