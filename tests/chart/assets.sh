#!/usr/bin/env bash
# Prints the folder with helm (version 3) and helm4: $DROVEWAY_HELM if it is set. Otherwise they are built once from the Go
# modules that go.mod pins, and kept outside the tree.
set -euo pipefail
cd "$(dirname "$0")"
if [ -n "${DROVEWAY_HELM:-}" ]; then
  for program in helm helm4; do
    [ -x "$DROVEWAY_HELM/$program" ] || { echo "chart: $program is missing in DROVEWAY_HELM ($DROVEWAY_HELM)" >&2; exit 1; }
  done
  echo "$DROVEWAY_HELM"
  exit 0
fi
key=$(cat go.mod go.sum | sha256sum | cut -c1-16)
folder=${DROVEWAY_CHART_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/droveway/chart}/$key
if [ -x "$folder/helm" ] && [ -x "$folder/helm4" ]; then
  echo "$folder"
  exit 0
fi
command -v go >/dev/null || {
  echo "chart: building helm needs Go $(sed -n 's/^go //p' go.mod) or later; install it, or set DROVEWAY_HELM to a folder with helm and helm4" >&2
  exit 1
}
echo "chart: building helm from its Go modules, once; takes about 5 minutes on 2 cores" >&2
mkdir -p "$(dirname "$folder")"
build=$(mktemp -d "$folder.XXXXXX")
trap 'rm -rf "$build"' EXIT
kubernetes=$(sed -n 's/.*k8s.io\/client-go v0\.\([0-9]*\)\..*/\1/p' go.mod | head -n 1)
for major in 3 4; do
  module=helm.sh/helm/v$major
  version=$(sed -n "s|.*$module \\(v[0-9.]*\\)\$|\\1|p" go.mod | head -n 1)
  flags="-s -w -X $module/internal/version.version=$version"
  # As in helm's Makefile: without it, helm 3 would render for Kubernetes 1.20. Version 4 reads the module's version.
  for package in pkg/lint/rules pkg/chartutil; do
    flags+=" -X helm.sh/helm/v3/$package.k8sVersionMajor=1 -X helm.sh/helm/v3/$package.k8sVersionMinor=$kubernetes"
  done
  go build -mod=readonly -trimpath -buildvcs=false -ldflags "$flags" -o "$build/helm$major" "$module/cmd/helm" >&2
done
mv "$build/helm3" "$build/helm"
chmod 755 "$build"
mv -T "$build" "$folder" 2>/dev/null || [ -x "$folder/helm4" ] # another run was faster
echo "$folder"
