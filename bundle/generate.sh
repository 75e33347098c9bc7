#!/usr/bin/env bash
# Writes the OLM bundle for IMAGE (NAME@sha256:DIGEST) to FOLDER (default: $BUILD/bundle): generate.sh [FOLDER]. KUBECTL is the kubectl to
# use, by default that of tests/e2e. The time in the bundle is SOURCE_DATE_EPOCH, by default that of the commit.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:-${BUILD:-build}/bundle}
kubectl=${KUBECTL:-$(tests/e2e/assets.sh)/kubectl}
epoch=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}
work=$(mktemp -d "${TMPDIR:-/tmp}/droveway-bundle.XXXXXX")
trap 'rm -rf "$work"' EXIT
"$kubectl" kustomize manifests/overlays/openshift >"$work/server.yaml"
"$kubectl" kustomize manifests/overlays/openshift/enforce >"$work/webhooks.yaml"
python3 bundle/generate.py "$folder" "$work/server.yaml" "$work/webhooks.yaml" --image "${IMAGE-}" \
  --version "$(sed -n 's/^VERSION *:= *//p' Makefile)" --epoch "$epoch"
echo "bundle: wrote $folder"
