#!/usr/bin/env bash
# Prints the folder with kube-apiserver and kubectl (and etcd, if it is not in PATH): $KUBEBUILDER_ASSETS if it is set, as for
# envtest. Otherwise they are built once from the Go modules that go.mod pins; with KUBERNETES=MINOR, such as 1.30, from those in
# versions/MINOR.
set -euo pipefail
cd "$(dirname "$0")"
if [ -n "${KUBERNETES:-}" ]; then
  [ -f "versions/$KUBERNETES/go.mod" ] || { echo "e2e: no KUBERNETES $KUBERNETES; there are: $(cd versions && echo ?.*)" >&2; exit 1; }
  exec ./kubernetes.sh "versions/$KUBERNETES" kube-apiserver kubectl
fi
if [ -n "${KUBEBUILDER_ASSETS:-}" ]; then
  for program in kube-apiserver kubectl; do
    [ -x "$KUBEBUILDER_ASSETS/$program" ] || { echo "e2e: $program is missing in KUBEBUILDER_ASSETS ($KUBEBUILDER_ASSETS)" >&2; exit 1; }
  done
  echo "$KUBEBUILDER_ASSETS"
  exit 0
fi
exec ./kubernetes.sh . kube-apiserver kubectl
