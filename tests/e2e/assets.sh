#!/usr/bin/env bash
# Prints the folder with kube-apiserver and kubectl (and etcd, if it is not in PATH): $KUBEBUILDER_ASSETS if it is set, as for
# envtest. Otherwise they are built once from the Go modules that go.mod pins, and kept outside the tree.
set -euo pipefail
cd "$(dirname "$0")"
if [ -n "${KUBEBUILDER_ASSETS:-}" ]; then
  for program in kube-apiserver kubectl; do
    [ -x "$KUBEBUILDER_ASSETS/$program" ] || { echo "e2e: $program is missing in KUBEBUILDER_ASSETS ($KUBEBUILDER_ASSETS)" >&2; exit 1; }
  done
  echo "$KUBEBUILDER_ASSETS"
  exit 0
fi
key=$(cat go.mod go.sum | sha256sum | cut -c1-16)
folder=${DROVEWAY_E2E_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/droveway/e2e}/$key
if [ -x "$folder/kube-apiserver" ] && [ -x "$folder/kubectl" ]; then
  echo "$folder"
  exit 0
fi
needed=$(sed -n 's/^go //p' go.mod)
command -v go >/dev/null || {
  echo "e2e: building kube-apiserver needs Go $needed or later; install it, or set KUBEBUILDER_ASSETS to a folder with kube-apiserver and kubectl" >&2
  exit 1
}
version=$(sed -n 's/.*k8s.io\/kubernetes \(v[0-9.]*\)$/\1/p' go.mod | head -n 1)
minor=${version#v*.} minor=${minor%%.*}
echo "e2e: building kube-apiserver and kubectl $version from their Go modules, once; takes about 5 minutes on 2 cores" >&2
mkdir -p "$(dirname "$folder")"
build=$(mktemp -d "$folder.XXXXXX")
trap 'rm -rf "$build"' EXIT
flags="-s -w"
for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
  flags+=" -X $package.gitVersion=$version -X $package.gitMajor=1 -X $package.gitMinor=$minor -X $package.gitTreeState=archive"
done
go build -mod=readonly -trimpath -buildvcs=false -ldflags "$flags" -o "$build/" \
  k8s.io/kubernetes/cmd/kube-apiserver k8s.io/kubernetes/cmd/kubectl >&2
chmod 755 "$build"
mv -T "$build" "$folder" 2>/dev/null || [ -x "$folder/kubectl" ] # another run was faster
echo "$folder"
